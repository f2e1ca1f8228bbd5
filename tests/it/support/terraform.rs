//! The real Terraform or OpenTofu, run in a folder of its own.
//!
//! Nothing else has a say: the environment is empty but for what is set here, so that neither this machine's
//! configuration nor its credentials nor its proxy take part.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fmt, fs, io};

/// The secret half of the access key that every run has. No test may ever see it anywhere.
pub(crate) const SECRET_KEY: &str = "4hUcyl/SecretKeyOfTheTests+0123456789ABC";

/// Where the CLI is: the variable `TERRAFORM` says so, else it is the first of `terraform` and `tofu` on the `PATH`.
pub(crate) fn find() -> Result<PathBuf, NotFound> {
    if let Some(program) = env::var_os("TERRAFORM").filter(|program| !program.is_empty()) {
        return Ok(program.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = |name: &str| env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    on_path("terraform").or_else(|| on_path("tofu")).ok_or(NotFound)
}

/// There is neither Terraform nor OpenTofu. Nothing is skipped for that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotFound;

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "there is neither terraform nor tofu on the PATH: install one of them, or set TERRAFORM to where one is, or start \
             this with make (make test, make demo, make bench), which then makes one itself with Python 3 and pip",
        )
    }
}

impl std::error::Error for NotFound {}

/// The CLI in a folder: the configuration and the state are there, and all else that the CLI needs is below `.cli`.
///
/// The provider is there too, where it needs no `init`, as a development override.
#[derive(Debug)]
pub(crate) struct Terraform {
    program: PathBuf,
    folder: PathBuf,
    variables: BTreeMap<&'static str, OsString>,
}

impl Terraform {
    /// The CLI at `program` in `folder`, with the provider's binary at `provider`.
    pub(crate) fn new(program: PathBuf, folder: &Path, provider: &Path) -> io::Result<Self> {
        let cli = folder.join(".cli");
        let own = |name: &str| -> io::Result<PathBuf> {
            fs::create_dir_all(cli.join(name))?;
            Ok(cli.join(name))
        };
        let overrides = own("provider")?;
        let provider = fs::canonicalize(provider)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", provider.display())))?;
        symlink(provider, overrides.join("terraform-provider-eks"))?;
        let config = cli.join("config.tfrc");
        let variables = BTreeMap::from([
            ("PATH", env::var_os("PATH").unwrap_or_default()),
            ("HOME", own("home")?.into()),
            ("TMPDIR", own("tmp")?.into()),
            ("TF_CLI_CONFIG_FILE", config.clone().into()),
            ("TF_DATA_DIR", own("data")?.into()),
            ("TF_INPUT", "0".into()),
            ("CHECKPOINT_DISABLE", "1".into()),
            ("AWS_REGION", "us-east-1".into()),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".into()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ]);
        let overridden = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"eks-access/eks\" = {overrides:?}\n  }}\n  direct {{}}\n}}\n"
        );
        fs::write(config, overridden)?;
        Ok(Self { program, folder: folder.to_owned(), variables })
    }

    /// Sends what goes to AWS to `url` instead.
    pub(crate) fn reaching(self, url: &str) -> Self {
        self.with("AWS_ENDPOINT_URL", url)
    }

    /// Sets a variable of the environment; an empty value counts as none, for the AWS SDKs and for the CLI.
    pub(crate) fn with(mut self, variable: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.insert(variable, value.into());
        self
    }

    /// Where the configuration and the state are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The command, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(&self.folder).env_clear().envs(&self.variables).stdin(Stdio::null());
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> io::Result<Run> {
        let output = self.command(arguments).output().map_err(|error| {
            let program = self.program.display();
            io::Error::new(error.kind(), format!("cannot start {program}: {error}"))
        })?;
        Ok(Run::new(arguments, output))
    }
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    /// Without the program.
    pub(crate) arguments: String,
    pub(crate) succeeded: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn new(arguments: &[&str], output: Output) -> Self {
        Self {
            arguments: arguments.join(" "),
            succeeded: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Everything that was printed, for when it is not what was expected.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { arguments, succeeded, stdout, stderr } = self;
        let outcome = if *succeeded { "succeeded" } else { "failed" };
        write!(f, "terraform {arguments}\n{outcome}; its output:\n{stdout}{stderr}")
    }
}
