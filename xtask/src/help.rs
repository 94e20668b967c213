//! What `cargo xtask` prints.

/// Every verb, each at the start of a line behind two spaces.
pub const HELP: &str = "\
cargo xtask VERB

  test [--list] [--only STEP] [--skip STEP]
                     everything that must pass before a change lands
  setup              the tools `test` needs: checked, and installed as root
  tidy [--all]       layers, circles of imports, lengths and names; with --all
                     also what is allowed for now
  no-std             the core without alloc links without std and allocator
  docs [--check]     write the generated manual; play the README's transcripts
  hosts [NAME...]    real host programs against a modem and a real broker
  page [unit]        the page of the inspector: types, tests in node and in a browser;
                     with `unit` without the browser
  python [WORD...]   the package for Python: its wheel is built around the program of the
                     tests, installed, and tested; the words are for pytest
  wheel              the wheel for other machines: a release build for old systems
  bench [ROW] [--rounds N] [--messages N] [--beside PROGRAM]
                     what commands and messages cost, beside other clients;
                     without a ROW all of them, into docs/benchmarks.md; PROGRAM is
                     another build of mqmodem for `publish` to take turns with
  bench fleet [--modems N] [--tls]
                     that row with another number of modems, or over TLS
  fuzz [--target NAME] [--seconds N]
                     both_sides, stored_records and wire under cargo-fuzz, each
                     for 60 seconds; seeded from the chats
  sim [--seeds N] [--from S] [--all] [--seed S]
                     modem, host and broker in virtual time: 10,000 seeds, or
                     one of them with all that happens in it
  soak [--full] [--mosquitto] [--messages N] [--cuts N] [--kills N] [--modems N]
       [--seed S]    modems killed and connections cut: nothing lost, nothing doubled
  audit              licences, sources and advisories of what we build on
  deny               the same without the advisories, which need the network
  msrv               the oldest Rust we promise compiles everything
  size               the core's code by part, and the release program with and without
                     the broker
";
