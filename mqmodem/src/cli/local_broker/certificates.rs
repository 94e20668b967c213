//! Certificates made on the spot, trusted by no one else.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A root, and a server's certificate and key in a directory of its own that
/// is removed when this is dropped.
pub(super) struct Certificates {
    directory: PathBuf,
    root: String,
}

impl Certificates {
    /// Makes them for `localhost` and `127.0.0.1`; ECDSA on P-256, so that the
    /// root fits the 1536 bytes of `+MQTTTLS`.
    pub(super) fn make() -> Result<Self, String> {
        let (root, chain, key) = generate().map_err(|error| error.to_string())?;
        let directory = private_directory().map_err(|error| error.to_string())?;
        let made = Self { directory, root };
        write_private(&made.chain_file(), &chain)
            .and_then(|()| write_private(&made.key_file(), &key))
            .map_err(|error| error.to_string())?;
        Ok(made)
    }

    pub(super) fn chain_file(&self) -> PathBuf {
        self.directory.join("chain.pem")
    }

    pub(super) fn key_file(&self) -> PathBuf {
        self.directory.join("key.pem")
    }

    /// The root, PEM with LF line ends; the files are removed.
    pub(super) fn into_root(mut self) -> String {
        std::mem::take(&mut self.root).replace('\r', "")
    }
}

impl Drop for Certificates {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn generate() -> Result<(String, String, String), rcgen::Error> {
    let mut root = CertificateParams::new(Vec::new())?;
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    root.distinguished_name
        .push(DnType::CommonName, "mqmodem try");
    let root_key = KeyPair::generate()?;
    let root_pem = root.self_signed(&root_key)?.pem();
    let names = ["localhost", "127.0.0.1"].map(str::to_owned);
    let mut server = CertificateParams::new(names)?;
    server
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    let key = KeyPair::generate()?;
    let chain = server.signed_by(&key, &Issuer::new(root, root_key))?.pem();
    Ok((root_pem, chain, key.serialize_pem()))
}

/// A new directory only its owner can enter.
fn private_directory() -> io::Result<PathBuf> {
    let mut builder = fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    for attempt in 0..100 {
        let name = format!("mqmodem-try-{}-{attempt}", std::process::id());
        let path = std::env::temp_dir().join(name);
        match builder.create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
