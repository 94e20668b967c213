//! Certificates for servers on the loopback, made by openssl. They last a few months.

use crate::sh::{self, Result};
use std::path::{Path, PathBuf};

/// A folder for a root, and for what the root has signed.
pub struct Certificates {
    /// The folder: `ca.pem`, `server.pem`, `server.key`, `client.pem`, `client.key`.
    pub dir: PathBuf,
}

impl Certificates {
    /// Makes them.
    pub fn make(&self) -> Result {
        make(&self.dir)
    }

    /// The certificate clients trust.
    pub fn root(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    /// Lines that make a listener of Mosquitto one with TLS.
    pub fn listener(&self) -> String {
        let [certificate, key] = ["server.pem", "server.key"].map(|name| self.dir.join(name));
        // The key is ours alone to read.
        format!(
            "certfile {}\nkeyfile {}\nuser root",
            certificate.display(),
            key.display()
        )
    }

    /// The same, and it wants a certificate of its clients.
    pub fn strict_listener(&self) -> String {
        let root = self.root();
        format!(
            "{}\ncafile {}\nrequire_certificate true",
            self.listener(),
            root.display()
        )
    }
}

/// A root, a certificate for this machine, and one for a client.
fn make(dir: &Path) -> Result {
    sh::write(
        &dir.join("san"),
        b"subjectAltName=IP:127.0.0.1,DNS:localhost\n",
    )?;
    sh::write(&dir.join("none"), b"keyUsage=digitalSignature\n")?;
    let openssl = |words: &str| openssl(dir, words);
    for name in ["ca", "server", "client"] {
        openssl(&format!(
            "ecparam -name prime256v1 -genkey -noout -out {name}.key"
        ))?;
    }
    openssl("req -x509 -new -key ca.key -subj /CN=loopback-root -days 90 -out ca.pem")?;
    for (name, subject, extensions) in
        [("server", "127.0.0.1", "san"), ("client", "client", "none")]
    {
        openssl(&format!(
            "req -new -key {name}.key -subj /CN={subject} -out {name}.csr"
        ))?;
        openssl(&format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 90 \
             -extfile {extensions} -out {name}.pem"
        ))?;
    }
    Ok(())
}

/// It talks also where all is well, so what it says is shown only if not.
fn openssl(dir: &Path, words: &str) -> Result {
    let mut command = sh::program("openssl", words.split(' '));
    let out = command.current_dir(dir).output();
    let out = out.map_err(|e| format!("{}: {e}", sh::line(&command)))?;
    if out.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    Err(format!("`{}`: {said}", sh::line(&command)))
}
