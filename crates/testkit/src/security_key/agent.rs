//! An SSH agent on a socket that holds software security keys (draft-ietf-sshm-ssh-agent); answers
//! lists and signatures, and refuses everything else.

use super::{SecurityKey, string};
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// A running agent; ends when it is dropped.
#[derive(Debug)]
pub struct SshAgent {
    socket: PathBuf,
    ended: Arc<AtomicBool>,
}

impl SshAgent {
    /// Starts an agent at a path for `SSH_AUTH_SOCK`.
    ///
    /// # Panics
    /// When it cannot listen there.
    #[must_use]
    pub fn start(socket: &Path, keys: Vec<SecurityKey>) -> Self {
        let listener = UnixListener::bind(socket).expect("a socket");
        let ended = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&ended);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ends.load(Ordering::Acquire) {
                    return;
                }
                serve(stream, &keys);
            }
        });
        Self { socket: socket.to_owned(), ended }
    }
}

impl Drop for SshAgent {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        // Wakes the thread, which then sees that it has ended.
        drop(UnixStream::connect(&self.socket));
    }
}

/// Answers one client until it hangs up.
fn serve(mut stream: UnixStream, keys: &[SecurityKey]) {
    let mut length = [0; 4];
    while stream.read_exact(&mut length).is_ok() {
        let mut request = vec![0; u32::from_be_bytes(length).min(1 << 18) as usize];
        if stream.read_exact(&mut request).is_err() {
            return;
        }
        if stream.write_all(&string(&answer(&request, keys))).is_err() {
            return;
        }
    }
}

fn answer(request: &[u8], keys: &[SecurityKey]) -> Vec<u8> {
    match request.split_first() {
        Some((&REQUEST_IDENTITIES, _)) => {
            let mut out = vec![IDENTITIES_ANSWER];
            out.extend((keys.len() as u32).to_be_bytes());
            for key in keys {
                out.extend([string(&key.blob()), string(b"software key")].concat());
            }
            out
        }
        Some((&SIGN_REQUEST, rest)) => signed(rest, keys).unwrap_or_else(|| vec![FAILURE]),
        _ => vec![FAILURE],
    }
}

fn signed(request: &[u8], keys: &[SecurityKey]) -> Option<Vec<u8>> {
    let (blob, rest) = taken(request)?;
    let (message, _flags) = taken(rest)?;
    let key = keys.iter().find(|key| key.blob() == blob)?;
    Some([&[SIGN_RESPONSE][..], &string(&key.sign(message))].concat())
}

fn taken(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}
