//! Certificates and HTTP/2 through the command line, against Node.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::cli::{scratch, sim, words};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// A Node server that speaks HTTP/1.1 and HTTP/2 over TLS, says which it was asked in, and verifies.
const SERVER: &str = r"
const [http2, fs, crypto] = [require('http2'), require('fs'), require('crypto')];
const server = http2.createSecureServer({ key: fs.readFileSync('server.key'), cert: fs.readFileSync('server.pem'), allowHTTP1: true }, (req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    const mac = 'hmac-sha256=' + crypto.createHmac('sha256', 's').update(Buffer.concat(chunks)).digest('hex');
    const right = mac === req.headers['x-wms-content-mac'];
    console.log(req.httpVersion, right);
    res.writeHead(right ? 204 : 401).end();
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
";

struct Server {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    port: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new("node")
            .args(["-e", SERVER])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is needed: scripts/test installs it");
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        lines.read_line(&mut port).unwrap();
        Self { child, lines, port: port.trim().to_owned() }
    }

    /// What the server said of the next request.
    fn said(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn certificates(folder: &Path) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(rcgen::DnType::CommonName, "an issuer of this test");
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = server.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    fs::write(folder.join("ca.pem"), ca_certificate.pem()).unwrap();
    fs::write(folder.join("server.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
}

#[test]
fn certificates_are_judged_and_http_2_is_spoken() {
    let folder = scratch();
    certificates(folder.path());
    let mut server = Server::start(folder.path());
    let ca = folder.path().join("ca.pem").display().to_string();
    let url = format!("https://localhost:{}/webhook", server.port);
    let other = format!("https://127.0.0.1:{}/webhook", server.port);
    let run =
        |url: &str, more: &[&str]| sim(words("send --event WMS_LOADED --secret s --to")).arg(url).args(more);
    run(&url, &[]).exits(3).shows(&["certificate-unknown-issuer", "--cacert"]);
    run(&other, &["--cacert", &ca]).exits(3).shows(&["certificate-wrong-host"]);
    for (more, version) in [
        (&["--cacert", &ca][..], "1.1"),
        (&["--insecure"][..], "1.1"),
        (&["--cacert", &ca, "--transport", "reqwest"][..], "1.1"),
        (&["--cacert", &ca, "--http2"][..], "2.0"),
    ] {
        run(&url, more).exits(0);
        assert_eq!(server.said(), format!("{version} true"), "{more:?}");
    }
    run(&url, &["--http2", "--transport", "wire"]).exits(2).says(&["reqwest"]);
}
