//! The program `mqmodem`.

use std::process::ExitCode;

fn main() -> ExitCode {
    mqmodem::cli::main()
}
