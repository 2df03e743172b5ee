//! Configs that share a secret by accident: a copied file, a variable set twice.

use super::{HeldSecret, ReadyConfig};

/// A line for each pair of places that hold the same secret and are not the same place. Who names one file in two
/// configs means it. The secret itself is not told.
pub fn shared_secrets(configs: &[ReadyConfig]) -> Vec<String> {
    let held: Vec<(&str, &HeldSecret)> = configs
        .iter()
        .flat_map(|ready| ready.secrets.iter().map(|held| (ready.config.id.as_str(), held)))
        .collect();
    let mut found = Vec::new();
    for (place, (id, one)) in held.iter().enumerate() {
        for (other_id, other) in &held[place + 1..] {
            if one.source == other.source || one.secret.expose() != other.secret.expose() {
                continue;
            }
            found.push(if id == other_id {
                format!("config '{id}': {} and {} hold the same secret", one.source, other.source)
            } else {
                format!(
                    "configs '{id}' and '{other_id}' have the same secret, from {} and from {}",
                    one.source, other.source
                )
            });
        }
    }
    found
}
