//! A Mosquitto that keeps its sessions on disk and is restarted.

use crate::judge::Shared;
use crate::process::Process;
use std::io::Result;
use std::path::Path;

/// A Mosquitto at this port that keeps everything it promises to keep.
pub fn process(program: &Path, dir: &Path, port: u16) -> Result<Process> {
    let store = dir.join("mosquitto");
    std::fs::create_dir_all(&store)?;
    let store = std::fs::canonicalize(store)?;
    let conf = dir.join("mosquitto.conf");
    // As root it would become a user who may not write there.
    let text = format!(
        "user root\nlistener {port} 127.0.0.1\nallow_anonymous true\n\
         persistence true\npersistence_location {}/\nautosave_interval 1\n\
         max_inflight_messages 20\nmax_queued_messages 0\nset_tcp_nodelay true\n\
         log_dest stderr\nlog_type error\nlog_type warning\n",
        store.display()
    );
    std::fs::write(&conf, text)?;
    let arguments = vec!["-c".to_owned(), conf.display().to_string()];
    let log = dir.join("mosquitto.log");
    Ok(Process::new(program.to_owned(), arguments, log))
}

/// Stops it and starts it again.
pub async fn restart(broker: &mut Process, violent: bool, judge: &Shared) {
    if violent {
        broker.kill();
    } else {
        broker.stop().await;
    }
    judge.borrow_mut().counts.restarts += 1;
    if let Err(why) = broker.start() {
        judge.borrow_mut().breach(format!("does not start: {why}"));
    }
}
