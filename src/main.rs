//! The program: everything is in the library.

fn main() -> std::process::ExitCode {
    wms_sim::cli::main()
}
