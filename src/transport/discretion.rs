//! What a receiver repeats is told without the credentials that it was sent: an error page can show the whole request.

use crate::outcome::exchange::Exchange;

use super::headers::{Header, HeaderError};
use super::options::TransportOptions;

/// Shorter values are no secrets, and would tear holes into every text.
const SHORTEST: usize = 4;
/// What is kept of an answer is its beginning, which can end in the middle of a secret. A beginning of a secret that is
/// shorter than this may be a word of its own, such as `Bearer`.
const SHORTEST_BEGINNING: usize = 8;

/// Knows what must not be told. No `Debug`: it holds credentials.
#[derive(Clone)]
pub struct Discretion {
    /// The longest first, so that none leaves a part of another.
    secrets: Box<[String]>,
}

impl Discretion {
    /// Keeps quiet about the values of the user's own fields, the user information of the URL and the values of its query.
    ///
    /// # Errors
    /// A header that cannot be sent.
    pub fn new(options: &TransportOptions) -> Result<Self, HeaderError> {
        let is_own = |field: &Header| {
            field.is("Authorization") || options.headers.iter().any(|own| field.is(own.name()))
        };
        let fields = options.fields()?;
        let own = fields.iter().filter(|field| is_own(field)).map(|field| field.value().to_owned());
        // `Basic dTpw`: the credentials without the scheme, too.
        let values = own.flat_map(|value| {
            let last = value.rsplit(' ').next().map(str::to_owned);
            std::iter::once(value).chain(last)
        });
        let url = options.target.url();
        let query = url.query_pairs().map(|(_, value)| value.into_owned());
        let as_written = url.query().into_iter().flat_map(|query| query.split('&'));
        let as_written =
            as_written.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value).to_owned());
        let mut secrets: Vec<String> =
            values.chain(query).chain(as_written).filter(|secret| secret.len() >= SHORTEST).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Ok(Self { secrets: secrets.into() })
    }

    /// A text from the receiver, without what must not be told.
    pub fn text(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| hide(&text, secret))
    }

    /// Leaves out of an exchange what must not be told.
    pub fn exchange(&self, exchange: &mut Exchange) {
        if self.secrets.is_empty() {
            return;
        }
        match &mut exchange.result {
            Err(failure) => failure.detail = self.text(&failure.detail),
            Ok(reply) => {
                let told = String::from_utf8_lossy(&reply.excerpt);
                let discreet = self.text(&told);
                // Bytes that are no text stay as they are where nothing is to be hidden.
                if discreet != told {
                    reply.excerpt = discreet.into_bytes();
                }
                if let Some(location) = &mut reply.location {
                    *location = self.text(location);
                }
            }
        }
    }
}

fn hide(text: &str, secret: &str) -> String {
    let text = text.replace(secret, "***");
    let beginnings = secret.char_indices().map(|(end, _)| &secret[..end]).rev();
    let cut = beginnings
        .take_while(|beginning| beginning.len() >= SHORTEST_BEGINNING)
        .find(|beginning| text.contains(beginning));
    cut.map_or_else(|| text.clone(), |beginning| text.replace(beginning, "***"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::exchange::{Failure, FailureCode, Moments, Phase, Reply};
    use crate::transport::target::Target;

    fn discretion() -> Discretion {
        let target = Target::parse("https://u:p%40ss@h/webhook?token=abcdef%2Fghij&x=1").unwrap();
        let mut options = TransportOptions::new(target);
        options.headers.push("X-Key: Bearer 0123456789abcdef".parse().unwrap());
        Discretion::new(&options).unwrap()
    }

    fn exchange(result: Result<Reply, Failure>) -> Exchange {
        let mut exchange = Exchange { result, moments: Moments::default(), reused: false, resent: false };
        discretion().exchange(&mut exchange);
        exchange
    }

    #[test]
    fn what_the_receiver_repeats_is_hidden_wherever_it_stands() {
        let reply = Reply {
            excerpt: b"X-Key: Bearer 0123456789abcdef, Authorization: Basic dTpwQHNz, cut: 0123456789ab"
                .to_vec(),
            location: Some("https://h/elsewhere?token=abcdef%2Fghij".to_owned()),
            ..Reply::default()
        };
        let reply = exchange(Ok(reply)).result.unwrap();
        let told = String::from_utf8(reply.excerpt).unwrap();
        assert_eq!(told, "X-Key: ***, Authorization: ***, cut: ***");
        assert_eq!(reply.location.as_deref(), Some("https://h/elsewhere?token=***"));
        let failure = Failure::new(FailureCode::NotHttp, Phase::Head, "begins with \"abcdef/ghij\"");
        assert_eq!(exchange(Err(failure)).result.unwrap_err().detail, "begins with \"***\"");
    }

    #[test]
    fn everything_else_stays_byte_for_byte() {
        let bytes = b"\xff\xfe x=1 Bearer".to_vec();
        let reply = Reply { excerpt: bytes.clone(), ..Reply::default() };
        assert_eq!(exchange(Ok(reply)).result.unwrap().excerpt, bytes);
    }
}
