//! What was measured, on the screen and as a page.

use std::fmt;
use std::fs;
use std::process::Command;
use std::thread;

use crate::stage::{Column, Programs};
use crate::{Result, variable};

/// Tables of figures.
pub(crate) struct Report {
    run: String,
    providers: Vec<String>,
    rows: Vec<Vec<String>>,
    sizes: Vec<Vec<String>>,
}

/// What depends on the number of entries.
const SIZES: [&str; 9] = [
    "entries, with two associations each",
    "provider",
    "calls of a plan",
    "peak memory",
    "CPU time per resource",
    "plan",
    "the floor",
    "with 30 ms latency, over the floor",
    "runs",
];

impl Report {
    pub(crate) fn new(programs: &Programs, columns: &[Column]) -> Result<Self> {
        let date = output(Command::new("date").arg("+%F"))?;
        let version = output(Command::new(&programs.terraform).arg("version"))?;
        let cores = thread::available_parallelism()?;
        let built = built(columns.first().ok_or("there is no provider")?)?;
        let run = format!("{date}, {cores} cores ({}), {version}. The provider is {built}", processor()?);
        println!("{run}");
        let providers = columns.iter().map(Column::name).collect();
        Ok(Self { run, providers, rows: Vec::new(), sizes: Vec::new() })
    }

    /// A figure, what it is to reach, and what it is with each provider.
    pub(crate) fn row(&mut self, figure: impl Into<String>, to_reach: &str, measured: Vec<String>) {
        let row = [vec![figure.into(), to_reach.to_owned()], measured].concat();
        println!("{}", row.join(" | "));
        self.rows.push(row);
    }

    /// What depends on the number of entries, in the order of [`SIZES`].
    pub(crate) fn size(&mut self, cells: [String; 9]) {
        println!("{}", cells.join(" | "));
        self.sizes.push(cells.into());
    }
}

/// The page.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, providers, rows, sizes } = self;
        writeln!(f, "# Benchmarks\n\nWritten by `make bench`: {run}.\n\n{INTRODUCTION}")?;
        let heads = ["figure".to_owned(), "to reach".to_owned()].into_iter().chain(providers.iter().cloned());
        table(f, &heads.collect::<Vec<_>>(), rows)?;
        writeln!(f, "\n{BY_SIZE}")?;
        table(f, &SIZES.map(str::to_owned), sizes)
    }
}

const INTRODUCTION: &str = "\
The time of a plan stands beside a floor that was measured in the same run: the same plan of as many `terraform_data`, which
Terraform has built in and which ask nobody. Start, Shutdown and CPU time per resource have no floor: they are of this processor.
Entries and associations are resources of their own (`eks_access_entry`, two `eks_access_policy_association` each); EKS is the
emulator, a process of its own, whose log gives the calls. Memory and CPU time are those of the provider's processes alone, from
`/proc`: the most that one of them had at once, in any run, and the time of all of them together. Times are medians, where
something was measured more than once.

Calls go to the emulator over plain HTTP: no figure has TLS towards AWS in it. Terraform finds the provider by `dev_overrides`.
Of an installed one it reads the file and makes a hash of it, once in each command; no figure has that in it either.

What is planned was not applied object by object, which takes Terraform itself the longer the more there are: one entry was, its
state was repeated, and a refresh brought home what only EKS knows. The calls of an apply are those of a real one.

`make bench PEER=/path/to/terraform-provider-aws` adds a column for another provider; `make bench SIZES=100` measures less and
leaves this page alone.
";

const BY_SIZE: &str = "\
## By size

The floor with latency is the floor without, and the time that the calls take when ten are under way all the time, which is
what Terraform's `-parallelism` allows. These are the calls that there have to be, a describe per entry and a list per
principal, and not those that a provider makes.
";

fn table(f: &mut fmt::Formatter<'_>, heads: &[String], rows: &[Vec<String>]) -> fmt::Result {
    writeln!(f, "| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len()))?;
    rows.iter().try_for_each(|row| writeln!(f, "| {} |", row.join(" | ")))
}

/// Megabytes of a million bytes.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// How a provider was built: by which compiler, as the program itself says, and by what else, as `BUILT` says, which is set by who
/// has built it.
fn built(column: &Column) -> Result<String> {
    let program = fs::read(&column.provider)?;
    let compiler = program.windows(COMPILER.len()).position(|bytes| bytes == COMPILER).map(|start| {
        let text = program[start..].split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(text).replacen("version ", "", 1)
    });
    let compiler = compiler.as_deref().unwrap_or("a compiler that it does not name");
    let record = Some(variable("BUILT")).filter(|built| !built.is_empty()).map(|built| format!(", {built}"));
    Ok(format!("built by {compiler}{}", record.unwrap_or_default()))
}

/// What the compiler leaves in a program, before its version.
const COMPILER: &[u8] = b"rustc version ";

/// The processor's name, as the system gives it.
fn processor() -> Result<String> {
    let of_cores = fs::read_to_string("/proc/cpuinfo")?;
    let name = of_cores.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    Ok(name.map_or("no name", |(_, name)| name.trim()).to_owned())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    Ok(String::from_utf8(output.stdout)?.lines().next().unwrap_or_default().to_owned())
}
