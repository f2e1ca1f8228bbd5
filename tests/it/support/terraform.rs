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
    /// Where the provider is, in the folder. A link, so that its processes can be told from all others.
    pub(crate) const PROVIDER: &str = ".cli/provider/terraform-provider-eks";
    /// Where temporary files go, and with them the provider's socket, in the folder.
    pub(crate) const TEMPORARY: &str = ".cli/tmp";

    /// The CLI at `program` in `folder`, with the provider's binary at `provider`.
    pub(crate) fn new(program: PathBuf, folder: &Path, provider: &Path) -> io::Result<Self> {
        let within = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", provider.display()));
        let provider = fs::canonicalize(provider).map_err(within)?;
        let link = folder.join(Self::PROVIDER);
        let of_provider = link.parent().unwrap_or(folder);
        let [home, data, temporary] = [".cli/home", ".cli/data", Self::TEMPORARY].map(|name| folder.join(name));
        for needed in [of_provider, &home, &data, &temporary] {
            fs::create_dir_all(needed)?;
        }
        symlink(provider, &link)?;
        let config = folder.join(".cli/config.tfrc");
        let overrides = format!("dev_overrides {{\n    \"eks-access/eks\" = {of_provider:?}\n  }}");
        fs::write(&config, format!("provider_installation {{\n  {overrides}\n  direct {{}}\n}}\n"))?;

        let variables: [(_, OsString); _] = [
            ("PATH", env::var_os("PATH").unwrap_or_default()),
            ("HOME", home.into()),
            ("TMPDIR", temporary.into()),
            ("TF_CLI_CONFIG_FILE", config.into()),
            ("TF_DATA_DIR", data.into()),
            ("TF_INPUT", "0".into()),
            ("CHECKPOINT_DISABLE", "1".into()),
            ("AWS_REGION", "us-east-1".into()),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".into()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ];
        Ok(Self { program, folder: folder.to_owned(), variables: variables.into() })
    }

    /// Sends what goes to AWS to `url` instead.
    pub(crate) fn reaching(self, url: &str) -> Self {
        self.with("AWS_ENDPOINT_URL", url)
    }

    /// Sets a variable of the environment; an empty value takes it away.
    pub(crate) fn with(mut self, variable: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.insert(variable, value.into());
        self.variables.retain(|_, value| !value.is_empty());
        self
    }

    /// Takes over the configuration that is in another folder.
    pub(crate) fn copy_configuration(&self, from: &Path) -> io::Result<()> {
        for entry in fs::read_dir(from)? {
            let file = entry?.path();
            if let (Some("tf"), Some(name)) = (file.extension().and_then(|of| of.to_str()), file.file_name()) {
                fs::copy(&file, self.folder.join(name))?;
            }
        }
        Ok(())
    }

    /// Where the configuration and the state are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The command, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(&self.program, arguments)
    }

    /// Another program, where the CLI would run.
    pub(crate) fn command_of(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
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
