//! Certificates and servers that rcgen and rustls do not make, by openssl.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory in which certificates are made, removed at its end.
pub struct Workshop(PathBuf);

/// A certificate and its key, PEM.
#[derive(Clone)]
pub struct Made {
    pub certificate: String,
    pub key: String,
}

impl Workshop {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mqmodem-pki-{}-{number}", std::process::id());
        let place = std::env::temp_dir().join(name);
        fs::create_dir(&place).unwrap();
        Self(place)
    }

    fn run(&self, arguments: &str) {
        let arguments = arguments.split_whitespace();
        let mut command = Command::new("openssl");
        let output = command.args(arguments).current_dir(&self.0).output();
        let output = output.expect("openssl is installed (cargo xtask setup)");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {said}");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.join(file), text).unwrap();
    }

    /// A key, as `openssl genpkey` takes its kind.
    pub fn key(&self, kind: &str) -> String {
        self.run(&format!("genpkey -algorithm {kind} -out key.pem"));
        self.read("key.pem")
    }

    /// A certificate of this key for `localhost`, signed by `by` or itself, with
    /// these extensions; without any it is one of X.509 v1.
    pub fn certificate(&self, key: &str, by: Option<&Made>, extensions: &str, more: &str) -> Made {
        self.write("key.pem", key);
        self.run("req -new -key key.pem -subj /CN=localhost -out request.pem");
        let signer = match by {
            None => "-signkey key.pem",
            Some(by) => {
                self.write("ca.pem", &by.certificate);
                self.write("ca.key", &by.key);
                "-CA ca.pem -CAkey ca.key -CAcreateserial"
            }
        };
        self.write("extensions", extensions);
        let with = match extensions {
            "" => "",
            _ => "-extfile extensions",
        };
        self.run(&format!(
            "x509 -req -in request.pem {signer} {with} -days 60 {more} -out certificate.pem"
        ));
        Made {
            certificate: self.read("certificate.pem"),
            key: key.to_owned(),
        }
    }

    /// A root with a key of this kind.
    pub fn root(&self, kind: &str) -> Made {
        self.write("key.pem", &self.key(kind));
        self.run("req -x509 -key key.pem -subj /CN=root -days 60 -out root.pem");
        Made {
            certificate: self.read("root.pem"),
            key: self.read("key.pem"),
        }
    }

    /// A server that sends lines back reversed.
    pub fn serve(&self, made: &Made, arguments: &str) -> Server {
        self.write("server.pem", &made.certificate);
        self.write("server.key", &made.key);
        Server::start(&self.0, arguments)
    }

    pub fn write_client_root(&self, root: &str) {
        self.write("clients.pem", root);
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `openssl s_server`
pub struct Server {
    process: Child,
    pub port: u16,
    // Kept open, so that it can go on writing there.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    fn start(place: &Path, arguments: &str) -> Self {
        let fixed = "s_server -accept 127.0.0.1:0 -cert server.pem -key server.key -rev -cipher ALL:@SECLEVEL=0";
        let all = fixed.split(' ').chain(arguments.split_whitespace());
        let mut process = Command::new("openssl")
            .args(all)
            .current_dir(place)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        let port = loop {
            line.clear();
            assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "openssl ended");
            if let Some(address) = line.strip_prefix("ACCEPT ") {
                break address.trim().rsplit(':').next().unwrap().parse().unwrap();
            }
        };
        Self {
            process,
            port,
            _stdout: stdout,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
