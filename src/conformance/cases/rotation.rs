//! Section `rotation`: the drill of a secret's replacement. The receiver knows the old secret, then both, then the new one.

use crate::conformance::case::{Case, Needs, Play, Source, Stage};
use crate::conformance::kit::Kit;
use crate::conformance::script::{Script, Shot};
use crate::protocol::code::Code;
use crate::protocol::mac::Signer;

const BASE: Case = Case {
    source: Source::Robustness,
    hint: "The receiver holds one secret and not a list of them, or was not told to read it again.",
    explain: "A secret is replaced while sessions run. For some time events signed with either are on their way, and both have to be taken; afterwards the old one is worth nothing.",
    needs: Needs::Rotation,
    ..Case::MUST
};

const fn taken(
    id: &'static str,
    stage: Stage,
    title: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        id,
        title,
        requirement: "The receiver MUST take an event that is signed with a secret that holds.",
        stimulus: "Two events of a session, signed with that secret.",
        stage: Some(stage),
        play: Play::Script(script),
        ..BASE
    }
}

const fn refused(
    id: &'static str,
    stage: Stage,
    title: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        requirement: "The receiver MUST refuse an event that is signed with a secret that does not hold, with a 4xx.",
        stimulus: "An event of a session, signed with that secret.",
        hint: "Secrets are only ever added to the list, or a copy of the old one is kept somewhere.",
        ..taken(id, stage, title, script)
    }
}

pub(super) const CASES: &[Case] = &[
    taken("rotation/old-takes-old", Stage::Old, "before the change the old secret holds", |kit| {
        let signer = kit.setup().signer.clone();
        signed(kit, &[&signer, &signer])
    }),
    refused(
        "rotation/old-refuses-new",
        Stage::Old,
        "before the change the new secret does not hold",
        |kit| {
            let signer = kit.next();
            forged(kit, &signer, "the event signed with the new secret")
        },
    ),
    taken("rotation/both-takes-old", Stage::Both, "during the change the old secret holds", |kit| {
        let signer = kit.setup().signer.clone();
        signed(kit, &[&signer, &signer])
    }),
    taken("rotation/both-takes-new", Stage::Both, "during the change the new secret holds", |kit| {
        let signer = kit.next();
        signed(kit, &[&signer, &signer])
    }),
    Case {
        stimulus: "A session whose events are signed with the old secret at first, then with the new one, and then with the old one again.",
        ..taken(
            "rotation/both-in-a-session",
            Stage::Both,
            "during the change a session may have events of both",
            |kit| {
                let (old, new) = (kit.setup().signer.clone(), kit.next());
                signed(kit, &[&old, &old, &new, &new, &old])
            },
        )
    },
    refused("rotation/both-refuses-others", Stage::Both, "during the change no third secret holds", |kit| {
        let signer = kit.stranger();
        forged(kit, &signer, "the event signed with neither secret")
    }),
    taken("rotation/new-takes-new", Stage::New, "after the change the new secret holds", |kit| {
        let signer = kit.next();
        signed(kit, &[&signer, &signer])
    }),
    refused("rotation/new-refuses-old", Stage::New, "after the change the old secret does not hold", |kit| {
        let signer = kit.setup().signer.clone();
        forged(kit, &signer, "the event signed with the old secret")
    }),
];

const CODES: [Code; 5] = [
    Code::WmsLoaded,
    Code::ConfigurationLoaded,
    Code::CameraPermissionGranted,
    Code::CameraStarted,
    Code::MeasurementStarted,
];

/// A session whose events are signed with these secrets in turn.
fn signed(kit: &mut Kit<'_>, signers: &[&Signer]) -> Script {
    let mut session = kit.session();
    let shots = signers.iter().zip(CODES).map(|(signer, code)| {
        let event = kit.event(&mut session, code);
        let mac = signer.sign(&event.body);
        let shot = Shot::test(&event).called(event.code.as_str());
        shot.with_macs(vec![crate::conformance::script::MacLine::new(mac.as_str())])
    });
    Script::of(shots.collect::<Vec<_>>())
}

fn forged(kit: &mut Kit<'_>, signer: &Signer, label: &'static str) -> Script {
    let mut session = kit.session();
    let event = kit.event(&mut session, Code::WmsLoaded);
    Script::of([Shot::test(&event).forged(signer.sign(&event.body).as_str()).called(label)])
}
