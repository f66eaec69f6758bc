//! Web servers that `PREDICTIONIO_DIST_URL` may name: over TLS, with redirects.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a server answers to every request.
#[derive(Clone)]
pub(crate) enum Answer {
    File(Vec<u8>),
    Redirect(String),
}

/// A server that counts its requests.
pub(crate) struct Site {
    pub(crate) url: String,
    taken: Arc<AtomicU32>,
}

impl Site {
    /// Without TLS.
    pub(crate) fn plain(answer: Answer) -> Self {
        Self::start("http", answer, |stream| Box::new(stream))
    }

    pub(crate) fn requests(&self) -> u32 {
        self.taken.load(Ordering::SeqCst)
    }

    fn start<F>(scheme: &str, answer: Answer, wrap: F) -> Self
    where
        F: Fn(std::net::TcpStream) -> Box<dyn ReadWrite> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("{scheme}://127.0.0.1:{}/dist.tar.gz", listener.local_addr().unwrap().port());
        let taken = Arc::<AtomicU32>::default();
        let count = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = wrap(stream.unwrap());
                if stream.read(&mut [0; 4096]).is_ok() {
                    count.fetch_add(1, Ordering::SeqCst);
                    let _ = give(&mut *stream, &answer);
                }
            }
        });
        Self { url, taken }
    }
}

fn give(stream: &mut dyn ReadWrite, answer: &Answer) -> std::io::Result<()> {
    match answer {
        Answer::File(bytes) => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                bytes.len()
            )?;
            stream.write_all(bytes)?;
        }
        Answer::Redirect(to) => write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )?,
    }
    stream.flush()
}

pub(crate) trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

/// An authority whose certificates a build trusts that gets `SSL_CERT_FILE`.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) file: PathBuf,
}

impl Authority {
    pub(crate) fn new(folder: &Path) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let file = folder.join("authority.pem");
        fs_err::write(&file, certificate.pem()).unwrap();
        Self { issuer: Issuer::new(params, key), file }
    }

    /// A server over TLS.
    pub(crate) fn site(&self, answer: Answer) -> Site {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        Site::start("https", answer, move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            Box::new(StreamOwned::new(connection, stream))
        })
    }
}
