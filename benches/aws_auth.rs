//! What a large `aws-auth` costs: the time of a plan over 2,000 rows, through the real Terraform.
//!
//! `cargo bench --locked --bench aws_auth` runs it, which builds the provider as a release for it. With a path of a provider's
//! binary behind `--`, such as the one of `make release`, it measures that one; `--profile dev` builds faster then, and without
//! a path it would measure a build for debugging. Nothing is judged: times say something about one machine and one moment.

#![expect(clippy::print_stdout, reason = "it prints what it measures")]

#[expect(dead_code, reason = "tests and the other benchmark use the rest")]
#[path = "../tests/it/support/terraform.rs"]
mod terraform;

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use eks_emulator::{Emulator, Options};
use serde_json::json;

use self::terraform::Terraform;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROWS: usize = 2000;

const TIMES: usize = 5;

#[tokio::main]
async fn main() -> Result<()> {
    let given = env::args_os().skip(1).map(PathBuf::from).find(|path| path.is_file());
    let provider = given.unwrap_or_else(|| env!("CARGO_BIN_EXE_terraform-provider-eks").into());
    println!("{}, {ROWS} rows, median of {TIMES} plans", provider.display());
    for (what, mode, configuration, rows) in [
        ("no ConfigMap                             ", "CONFIG_MAP", DATA_SOURCE, 0),
        ("the data source, in mode CONFIG_MAP      ", "CONFIG_MAP", DATA_SOURCE, ROWS),
        ("the function                             ", "CONFIG_MAP", FUNCTION, ROWS),
        ("the data source, beside as many entries  ", "API", DATA_SOURCE, ROWS),
        ("the data source, and as many new entries ", "API", ENTRIES, ROWS),
    ] {
        println!("{what} {:.0} ms", plan(&provider, mode, configuration, rows).await?.as_secs_f64() * 1e3);
    }
    Ok(())
}

/// The median time of a plan; in mode API, unless it is to make them, beside entries that cover the rows.
async fn plan(provider: &Path, mode: &str, configuration: &str, rows: usize) -> Result<Duration> {
    let clusters = vec![("dev".to_owned(), mode.to_owned())];
    let emulator = Emulator::start(Options { clusters, ..Options::default() }).await?;
    let (mut roles, folder) = (String::new(), tempfile::tempdir()?);
    for number in 0..rows {
        let arn = format!("arn:aws:iam::111122223333:role/role-{number}");
        writeln!(
            roles,
            "- rolearn: {arn}\n  username: viewer:{{{{SessionName}}}}\n  groups:\n    - viewers\n    - team"
        )?;
        if mode == "API" && configuration == DATA_SOURCE {
            let groups = ["viewers", "team"];
            let entry =
                json!({ "principalArn": arn, "username": "viewer:{{SessionName}}", "kubernetesGroups": groups });
            emulator.put_entry("dev", entry)?;
        }
    }
    if rows > 0 {
        emulator.set_aws_auth("dev", Some([("mapRoles".to_owned(), roles.clone())].into()))?;
    }
    let terraform = Terraform::new(terraform::find()?, folder.path(), provider)?.reaching(&emulator.url());
    fs::write(folder.path().join("main.tf"), format!("{PROVIDER}{configuration}"))?;
    fs::write(folder.path().join("aws-auth.json"), json!({ "mapRoles": roles }).to_string())?;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let began = Instant::now();
        let run = terraform.run(&["plan", "-out=plan"])?;
        times.push(began.elapsed());
        if !run.succeeded {
            return Err(run.to_string().into());
        }
    }
    times.sort_unstable();
    Ok(times[TIMES / 2])
}

const PROVIDER: &str = r#"
terraform {
  required_providers {
    eks = {
      source = "eks-access/eks"
    }
  }
}
"#;

const DATA_SOURCE: &str = r#"
data "eks_aws_auth" "dev" {
  cluster_name = "dev"
}

output "covered" {
  value = data.eks_aws_auth.dev.fully_covered
}
"#;

const FUNCTION: &str = r#"
output "entries" {
  value = length(provider::eks::aws_auth_access_entries(jsondecode(file("aws-auth.json"))).entries)
}
"#;

const ENTRIES: &str = r#"
data "eks_aws_auth" "dev" {
  cluster_name = "dev"
}

resource "eks_access_entry" "this" {
  for_each = data.eks_aws_auth.dev.entries

  cluster_name      = "dev"
  principal_arn     = each.value.principal_arn
  type              = each.value.type
  kubernetes_groups = each.value.kubernetes_groups
  user_name         = each.value.user_name
  access_policies   = each.value.access_policies
}
"#;
