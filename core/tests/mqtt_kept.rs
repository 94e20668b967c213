//! Sessions that are kept on disk: what waits for it, what comes back from it,
//! what is never taken back.

mod mqtt_client;

#[path = "mqtt_kept/backlog.rs"]
mod backlog;
#[path = "mqtt_kept/disk.rs"]
mod disk;
#[path = "mqtt_kept/giveup.rs"]
mod giveup;
#[path = "mqtt_kept/lives.rs"]
mod lives;
#[path = "mqtt_kept/order.rs"]
mod order;
#[path = "mqtt_kept/restore.rs"]
mod restore;
