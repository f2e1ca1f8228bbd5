//! Where the plans and applies take place: Terraform in a folder, with a provider and a configuration of a size.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eks_emulator::Call;
use tempfile::TempDir;

use crate::emulator::Emulator;
use crate::terraform::{Run, Terraform};
use crate::usage::{Usage, of_children, watch};
use crate::{Result, control, settled};

/// The programs of other people, or for other people.
pub(crate) struct Programs {
    pub(crate) terraform: PathBuf,
    pub(crate) emulator: PathBuf,
}

/// A provider, which has a column of the report.
pub(crate) struct Column {
    pub(crate) provider: PathBuf,
    kind: Kind,
}

/// Whose types the configuration uses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `eks_access_entry`
    Eks,
    /// `aws_eks_access_entry`
    Aws,
    /// `terraform_data`, which Terraform has built in.
    Floor,
}

impl Column {
    pub(crate) fn ours(provider: &Path) -> Self {
        Self { provider: provider.to_owned(), kind: Kind::Eks }
    }

    /// Another provider. The name of its file says whose types it has: `terraform-provider-eks`, an earlier build of this one
    /// perhaps, or `terraform-provider-aws`.
    pub(crate) fn peer(provider: &Path) -> Result<Self> {
        let file = provider.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let kind = match file.strip_prefix("terraform-provider-").map(|rest| rest.split('_').next()) {
            Some(Some("eks")) => Kind::Eks,
            Some(Some("aws")) => Kind::Aws,
            _ => return Err(format!("PEER is {file:?}; it is terraform-provider-aws or terraform-provider-eks").into()),
        };
        Ok(Self { provider: fs::canonicalize(provider)?, kind })
    }

    /// The same configurations of `terraform_data`: what Terraform takes by itself.
    pub(crate) fn floor() -> Self {
        Self { provider: PathBuf::from("/dev/null"), kind: Kind::Floor }
    }

    /// What stands above the column: the name of the provider's file.
    pub(crate) fn name(&self) -> String {
        self.provider.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// Terraform in a folder of its own, and an AWS for it alone.
pub(crate) struct Stage {
    terraform: Terraform,
    provider: PathBuf,
    emulator: Emulator,
    _folder: TempDir,
}

/// A command that has succeeded.
#[derive(Clone)]
pub(crate) struct Measured {
    pub(crate) took: Duration,
    /// What the provider's processes have used.
    pub(crate) usage: Usage,
    /// The time on a processor of Terraform and of all that it has started.
    pub(crate) children: Duration,
    pub(crate) calls: Vec<Call>,
}

impl Stage {
    /// With `entries` entries in the configuration, and that many times `policies` associations.
    pub(crate) fn new(programs: &Programs, column: &Column, entries: usize, policies: &[&str]) -> Result<Self> {
        let stage = Self::empty(programs, column, "API")?;
        fs::write(stage.terraform.folder().join("main.tf"), configuration(column.kind, entries, policies)?)?;
        Ok(stage)
    }

    /// The same, where all of it is there already.
    pub(crate) async fn settled(
        programs: &Programs,
        column: &Column,
        entries: usize,
        policies: &[&str],
    ) -> Result<Self> {
        let stage = Self::new(programs, column, 1, policies)?;
        stage.apply().await?;
        let folder = stage.terraform.folder();
        fs::write(folder.join("main.tf"), configuration(column.kind, entries, policies)?)?;
        let state = folder.join("terraform.tfstate");
        let of_one = serde_json::from_slice(&fs::read(&state)?)?;
        fs::write(&state, settled::repeat(of_one, entries)?.to_string())?;
        if column.kind != Kind::Floor {
            settled::make(&stage.emulator.url, entries, policies).await?;
        }
        stage.run(&["apply", "-refresh-only", "-auto-approve"], "Apply complete!").await?;
        Ok(stage)
    }

    /// With `examples/quickstart`, which is written for this provider alone.
    pub(crate) fn quickstart(programs: &Programs, column: &Column) -> Result<Option<Self>> {
        if column.kind != Kind::Eks {
            return Ok(None);
        }
        let stage = Self::empty(programs, column, "CONFIG_MAP")?;
        stage.terraform.copy_configuration(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart"))?;
        Ok(Some(stage))
    }

    fn empty(programs: &Programs, column: &Column, mode: &str) -> Result<Self> {
        let (emulator, folder) =
            (Emulator::start(&programs.emulator, &format!("{CLUSTER}={mode}"))?, tempfile::tempdir()?);
        let terraform = Terraform::new(programs.terraform.clone(), folder.path(), &column.provider)?;
        let mut terraform = terraform.reaching(&emulator.url);
        let mut provider = folder.path().join(Terraform::PROVIDER);
        if column.kind == Kind::Aws {
            let of_provider = folder.path().join(".cli/peer");
            provider = of_provider.join("terraform-provider-aws");
            fs::create_dir_all(&of_provider)?;
            symlink(&column.provider, &provider)?;
            let config = folder.path().join(".cli/peer.tfrc");
            let overrides = format!("dev_overrides {{\n    \"hashicorp/aws\" = {of_provider:?}\n  }}");
            fs::write(&config, format!("provider_installation {{\n  {overrides}\n  direct {{}}\n}}\n"))?;
            terraform = terraform.with("TF_CLI_CONFIG_FILE", config);
        }
        Ok(Self { terraform, provider, emulator, _folder: folder })
    }

    /// Changes settings of the emulator.
    pub(crate) async fn set(&self, settings: serde_json::Value) -> Result<()> {
        control::set(&self.emulator.url, settings).await
    }

    /// Makes everything that the configuration asks for.
    pub(crate) async fn apply(&self) -> Result<Measured> {
        self.run(&["apply", "-auto-approve"], "Apply complete!").await
    }

    /// Plans what there is, which is what the configuration asks for.
    pub(crate) async fn plan(&self) -> Result<Measured> {
        self.run(&["plan"], "No changes.").await
    }

    /// Takes everything away again.
    pub(crate) async fn destroy(&self) -> Result<Measured> {
        self.run(&["destroy", "-auto-approve"], "Destroy complete!").await
    }

    /// Runs a command. What it does not say it has not done, whatever its exit code.
    async fn run(&self, arguments: &[&str], says: &str) -> Result<Measured> {
        control::take_calls(&self.emulator.url).await?;
        let before = of_children()?;
        let ((took, run), usage) = watch(&self.provider, || {
            let began = Instant::now();
            let run: Run = self.terraform.run(arguments)?;
            Ok((began.elapsed(), run))
        })?;
        if !run.succeeded || !run.stdout.contains(says) {
            return Err(run.to_string().into());
        }
        let children = of_children()?.saturating_sub(before);
        Ok(Measured { took, usage, children, calls: control::take_calls(&self.emulator.url).await? })
    }
}

/// Principals are written out rather than taken from the entries: to look into all entries for each association takes
/// Terraform longer than all else together.
fn configuration(kind: Kind, entries: usize, policies: &[&str]) -> Result<String> {
    let principal = principal_arn("${count.index}");
    let mut text = String::new();
    let prefix = match kind {
        Kind::Eks => {
            text +=
                "terraform {\n  required_providers {\n    eks = {\n      source = \"eks-access/eks\"\n    }\n  }\n}\n";
            "eks"
        }
        Kind::Aws => {
            text += "provider \"aws\" {\n  skip_metadata_api_check = true\n}\n";
            "aws_eks"
        }
        Kind::Floor => {
            let object = |name: &str, more: &str, after: &str| {
                format!(
                    "resource \"terraform_data\" \"{name}\" {{\n  count = {entries}\n  input = {{\n    cluster_name  = \
                     \"{CLUSTER}\"\n    principal_arn = \"{principal}\"{more}\n  }}{after}\n}}\n"
                )
            };
            text += &object("this", "", "");
            for policy in policies {
                let more = format!("\n    policy_arn    = \"{}\"", policy_arn(policy));
                text += &object(policy, &more, "\n  depends_on = [terraform_data.this]");
            }
            return Ok(text);
        }
    };
    writeln!(
        text,
        "resource \"{prefix}_access_entry\" \"this\" {{\n  count         = {entries}\n  cluster_name  = \
         \"{CLUSTER}\"\n  principal_arn = \"{principal}\"\n}}"
    )?;
    for policy in policies {
        writeln!(
            text,
            "resource \"{prefix}_access_policy_association\" \"{policy}\" {{\n  count         = {entries}\n  cluster_name  = \
             \"{CLUSTER}\"\n  principal_arn = \"{principal}\"\n  policy_arn    = \"{}\"\n  access_scope {{\n    type = \
             \"cluster\"\n  }}\n  depends_on = [{prefix}_access_entry.this]\n}}",
            policy_arn(policy)
        )?;
    }
    Ok(text)
}

/// The name of the cluster.
pub(crate) const CLUSTER: &str = "dev";

/// The principal of an entry.
pub(crate) fn principal_arn(number: &str) -> String {
    format!("arn:aws:iam::111122223333:role/team/role-{number}")
}

/// The ARN of a policy.
pub(crate) fn policy_arn(policy: &str) -> String {
    format!("arn:aws:eks::aws:cluster-access-policy/{policy}")
}
