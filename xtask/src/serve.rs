//! `serve`: the page on this machine. The server is also what the browser tests load the page from.

use std::{
    convert::Infallible,
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
};

use anyhow::{Context, Result, bail, ensure};
use hyper::{
    header::{CACHE_CONTROL, HeaderValue},
    server::conn::http1,
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{runtime, sync::oneshot};
use tower::ServiceBuilder;
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

use crate::{
    build::build,
    setup::{Compiler, CompilerArgs},
    workspace::at,
};

/// How many ports are tried where the wanted one is taken.
const PORTS: u16 = 100;

/// `cargo xtask serve`: until it is interrupted.
pub fn command(compiler: CompilerArgs, port: u16) -> Result<()> {
    build(Compiler::set_up(compiler)?)?;
    let server = start_near(&at("www"), port)?;
    answers(server.address())?;
    println!("\nDeep End is at {}   (Ctrl-C ends it)", server.url());
    server.wait();
    Ok(())
}

/// Takes the wanted port, or the next free one and says so.
fn start_near(root: &Path, wanted: u16) -> Result<Server> {
    for port in wanted..=wanted.saturating_add(PORTS) {
        match Server::start(root, port) {
            Ok(server) => {
                if port != wanted {
                    println!("Port {wanted} is taken; using {port}.");
                }
                return Ok(server);
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error).with_context(|| format!("port {port} cannot be served")),
        }
    }
    bail!("port {wanted} and the {PORTS} after it are taken: name another one by --port")
}

/// Whether the page is really there: an address is printed only once it answers.
fn answers(address: SocketAddr) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.lines().next().unwrap_or_default();
    ensure!(status.contains(" 200 "), "the page does not answer: {status}; is www/index.html there?");
    Ok(())
}

/// A static file server on this machine alone, in a thread of its own; it ends when it is dropped.
///
/// Files are sent with their types and `Cache-Control: no-store`, so that what is on disk is what is seen.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `root` on 127.0.0.1; port 0 takes any free one. When this returns, connections are accepted.
    ///
    /// # Errors
    /// Where the port is taken or must not be used.
    pub fn start(root: impl Into<PathBuf>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let inside = runtime.enter();
        runtime.spawn(accept(tokio::net::TcpListener::from_std(listener)?, root.into()));
        drop(inside);
        // The thread drives the runtime until the sender is dropped.
        let thread =
            thread::Builder::new().name("server".into()).spawn(move || runtime.block_on(stopped).map_or((), drop))?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The page's address, with the closing slash.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, root: PathBuf) {
    let files = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .service(ServeDir::new(root));
    let service = TowerToHyperService::new(files);
    loop {
        // A connection that breaks, or cannot be taken for now, is the visitor's matter: the server goes on.
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn site() -> PathBuf {
        let root =
            std::env::temp_dir().join(format!("deep-end-site-{}-{:?}", std::process::id(), thread::current().id()));
        fs::create_dir_all(root.join("pkg")).unwrap();
        fs::write(root.join("index.html"), "<p>page").unwrap();
        fs::write(root.join("a.js"), "1").unwrap();
        fs::write(root.join("pkg/a.wasm"), "2").unwrap();
        root
    }

    fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.to_lowercase()
    }

    #[test]
    fn files_come_with_their_types_and_are_not_stored() {
        let root = site();
        let server = Server::start(&root, 0).unwrap();
        for (path, kind) in [("/", "text/html"), ("/a.js", "text/javascript"), ("/pkg/a.wasm", "application/wasm")] {
            let answer = get(server.address(), path);
            assert!(answer.starts_with("http/1.1 200"), "{path}: {answer}");
            assert!(answer.contains(&format!("content-type: {kind}")), "{path}: {answer}");
            assert!(answer.contains("cache-control: no-store"), "{path}: {answer}");
        }
        for path in ["/none.js", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
            assert!(get(server.address(), path).starts_with("http/1.1 404"), "{path}");
        }
        answers(server.address()).unwrap();
        fs::remove_file(root.join("index.html")).unwrap();
        assert!(answers(server.address()).is_err());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_taken_port_gives_the_next_and_a_dropped_server_frees_its_own() {
        let root = site();
        let first = Server::start(&root, 0).unwrap();
        let port = first.address().port();
        assert_eq!(Server::start(&root, port).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        let second = start_near(&root, port).unwrap();
        assert!(second.address().port() > port);
        drop(first);
        assert_eq!(Server::start(&root, port).unwrap().address().port(), port);
        fs::remove_dir_all(root).unwrap();
    }
}
