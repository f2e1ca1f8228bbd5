//! The page of `make access-report`, as a browser shows it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use eks_emulator::{Emulator, Options};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::project;
use crate::support::eks::{CLUSTER, policy, role};
use crate::support::terraform;

/// What the browser is asked about the page. It runs in a copy of the page that lets it.
const QUESTIONS: &str = r##"
const text = element => element ? element.innerText.replace(/\s+/g, " ").trim() : null;
const table = id => [...document.querySelectorAll(`#${id} tbody tr`)].map(row => [...row.cells].map(text));
document.title = JSON.stringify({
  title: document.title,
  counts: ["people", "administrators", "nodes", "marked"].map(id => text(document.getElementById(id))),
  entries: table("entries").map(cells => cells.slice(0, 4)),
  days: table("entries").map(cells => /^\d{4}-\d\d-\d\d$/.test(cells[4])),
  columns: [...document.querySelectorAll("#matrix thead th")].map(text),
  matrix: table("matrix"),
  nodes: table("nodes-table").map(cells => cells.slice(0, 4)),
  said: text(document.querySelector("main section:last-child")),
  scripts: document.scripts.length,
  images: document.images.length,
  fetched: performance.getEntriesByType("resource").map(entry => entry.name),
  too_wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  background: getComputedStyle(document.body).backgroundColor,
});
"##;

#[tokio::test(flavor = "multi_thread")]
async fn shows_who_may_do_what_and_where() {
    let report = Report::of(&some_company()).await;
    let shown = report.ask(&[]);
    assert_eq!(shown["title"], "Access to dev");
    assert_eq!(shown["counts"], json!(["7", "2", "2", "3"]));
    let expected = json!([
        ["auditor role of 111122223333", "AdminView in the whole cluster", "none", ""],
        [
            "AWSReservedSSO_Platform_3f1c9d5e7a2b role of 111122223333, aws-reserved/sso.amazonaws.com/",
            "ClusterAdmin in the whole cluster",
            "none",
            "",
        ],
        ["payments-deployer role of 111122223333, ci/", "Edit in payments, payments-*", "none", "principal made anew"],
        ["debug-by-hand role of 111122223333", "Admin in kube-system", "none", "unmanaged"],
        ["left-last-year role of 111122223333", "no policies", "none", "principal gone gives nothing"],
        ["on-call role of 111122223333", "Edit in payments, shop View in the whole cluster", "on-call", ""],
        ["terraform role of 111122223333", "ClusterAdmin in the whole cluster", "none", ""],
    ]);
    assert_eq!(shown["entries"], expected);
    assert_eq!(
        shown["columns"],
        json!(["principal", "whole cluster", "kube-system", "payments", "payments-*", "shop"])
    );
    let expected = json!([
        ["auditor", "AdminView", "", "", "", ""],
        ["AWSReservedSSO_Platform_3f1c9d5e7a2b", "ClusterAdmin", "", "", "", ""],
        ["payments-deployer", "", "", "Edit", "Edit", ""],
        ["debug-by-hand", "", "Admin", "", "", ""],
        ["on-call", "View", "", "Edit", "", "Edit"],
        ["terraform", "ClusterAdmin", "", "", "", ""],
    ]);
    assert_eq!(shown["matrix"], expected);
    let expected = json!([
        ["eks-auto role of 111122223333", "EC2", "AutoNode", ""],
        ["eks-nodes role of 111122223333", "EC2_LINUX", "none", ""],
    ]);
    assert_eq!(shown["nodes"], expected);
    assert!(shown["said"].as_str().unwrap().contains("asks nobody but its access entries"), "{shown}");
    report.picture();
}

#[tokio::test(flavor = "multi_thread")]
async fn is_one_page_that_fetches_nothing_and_fits_every_window() {
    let report = Report::of(&some_company()).await;
    for window in ["--window-size=1200,900", "--window-size=500,900"] {
        let shown = report.ask(&[window]);
        assert_eq!(
            (&shown["fetched"], &shown["images"], &shown["too_wide"]),
            (&json!([]), &json!(0), &json!(false)),
            "{window}"
        );
    }
    let light = report.ask(&["--blink-settings=preferredColorScheme=1"]);
    let dark = report.ask(&["--blink-settings=preferredColorScheme=0"]);
    assert_eq!((&light["background"], &dark["background"]), (&json!("rgb(255, 255, 255)"), &json!("rgb(18, 23, 30)")));
    let printed = report.folder.path().join("page.pdf");
    report.chromium(&[&format!("--print-to-pdf={}", printed.display()), &url(&report.page())]);
    assert!(fs::read(printed).unwrap().starts_with(b"%PDF-"));
}

/// Names and groups are the work of many, and some may be no friends.
#[tokio::test(flavor = "multi_thread")]
async fn takes_no_name_for_markup() {
    let attack = r#""><script>document.title = "\u003c"</script><img src=x onerror=alert(1)>&amp;\"#;
    let entries = [json!({ "principalArn": role("guest"), "username": "guest", "kubernetesGroups": [attack] })];
    let report = Report::of_entries(&entries).await;
    let shown = report.ask(&[]);
    assert_eq!(shown["entries"][0][2], attack);
    assert_eq!((&shown["title"], &shown["scripts"], &shown["images"]), (&json!("Access to dev"), &json!(1), &json!(0)));
}

/// The page's own policy, for what escaping should ever miss.
#[tokio::test(flavor = "multi_thread")]
async fn runs_no_script() {
    let report = Report::of_entries(&[]).await;
    let page = fs::read_to_string(report.page()).unwrap();
    let changed = report.folder.path().join("script.html");
    fs::write(&changed, page.replace("</body>", "<script>document.title = 'ran'</script></body>")).unwrap();
    assert_eq!(title(&report.dump(&changed, &[])), "Access to dev");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_lists_to_compare_with_it_says_so_and_marks_nobody() {
    let report = Report::of_entries(&[json!({ "principalArn": role("anybody"), "kubernetesGroups": ["group"] })]).await;
    let shown = report.ask(&[]);
    assert_eq!(shown["entries"][0][3], "");
    let said = shown["said"].as_str().unwrap();
    assert!(said.contains("was not told whom you manage") && said.contains("was given no listing of IAM"), "{said}");
    assert_eq!((&shown["matrix"], &shown["nodes"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_is_not_there_is_an_error_and_no_page() {
    let report = Report::start(&Company::default()).await;
    let made = report.make("prod");
    assert!(!made.status.success() && !report.page().exists());
    let said = String::from_utf8(made.stderr).unwrap();
    assert!(said.contains("There is no cluster prod in us-east-1"), "{said}");
}

/// Who has entries, and what is known of them elsewhere.
#[derive(Default)]
struct Company {
    entries: Vec<Json>,
    managed: &'static str,
    /// When the roles of the account were made, by name with path.
    roles: Vec<(&'static str, &'static str)>,
}

fn some_company() -> Company {
    let everywhere = json!({ "type": "cluster" });
    let some = |namespaces: &[&str]| json!({ "type": "namespace", "namespaces": namespaces });
    let with = |name: &str, scope: &Json| json!({ "policyArn": policy(name), "accessScope": scope });
    let of = |name: &str, policies: &[Json]| json!({ "principalArn": role(name), "accessPolicies": policies });
    let mut on_call = of(
        "on-call",
        &[with("AmazonEKSViewPolicy", &everywhere), with("AmazonEKSEditPolicy", &some(&["shop", "payments"]))],
    );
    on_call["kubernetesGroups"] = json!(["on-call"]);
    let mut auto = of("eks-auto", &[with("AmazonEKSAutoNodePolicy", &everywhere)]);
    auto["type"] = json!("EC2");
    let sso = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Platform_3f1c9d5e7a2b";
    let long_ago = "2020-01-15T09:30:00+00:00";
    let roles = [sso, "terraform", "auditor", "debug-by-hand", "on-call", "eks-auto", "eks-nodes"];
    let roles =
        roles.map(|name| (name, long_ago)).into_iter().chain([("ci/payments-deployer", "2099-01-15T09:30:00+00:00")]);
    Company {
        entries: vec![
            of(sso, &[with("AmazonEKSClusterAdminPolicy", &everywhere)]),
            of("terraform", &[with("AmazonEKSClusterAdminPolicy", &everywhere)]),
            of("ci/payments-deployer", &[with("AmazonEKSEditPolicy", &some(&["payments", "payments-*"]))]),
            on_call,
            of("auditor", &[with("AmazonEKSAdminViewPolicy", &everywhere)]),
            of("left-last-year", &[]),
            of("debug-by-hand", &[with("AmazonEKSAdminPolicy", &some(&["kube-system"]))]),
            json!({ "principalArn": role("eks-nodes"), "type": "EC2_LINUX" }),
            auto,
        ],
        managed: "*:role/aws-reserved/* *:role/ci/* *:role/eks-* arn:aws:iam::111122223333:role/terraform \
                  arn:aws:iam::111122223333:role/on-call arn:aws:iam::111122223333:role/auditor \
                  arn:aws:iam::111122223333:role/left-last-year",
        roles: roles.collect(),
    }
}

/// A page, and the browser that looks at it.
struct Report {
    emulator: Emulator,
    managed: &'static str,
    iam: Option<PathBuf>,
    browser: PathBuf,
    folder: TempDir,
}

impl Report {
    async fn of(company: &Company) -> Self {
        let report = Self::start(company).await;
        let made = report.make(CLUSTER);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        report
    }

    async fn of_entries(entries: &[Json]) -> Self {
        Self::of(&Company { entries: entries.to_vec(), ..Company::default() }).await
    }

    async fn start(company: &Company) -> Self {
        let clusters = vec![(CLUSTER.to_owned(), "API".to_owned())];
        let emulator = Emulator::start(Options { clusters, ..Options::default() }).await.unwrap();
        for entry in &company.entries {
            emulator.put_entry(CLUSTER, entry.clone()).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let iam = (!company.roles.is_empty()).then(|| {
            let roles = company.roles.iter().map(|(name, made)| json!({ "Arn": role(name), "CreateDate": made }));
            let file = folder.path().join("roles.json");
            fs::write(&file, json!({ "Roles": roles.collect::<Vec<_>>() }).to_string()).unwrap();
            file
        });
        Self { emulator, managed: company.managed, iam, browser: browser(), folder }
    }

    /// Runs what `make access-report` runs.
    fn make(&self, cluster: &str) -> Output {
        let mut command = Command::new(project().join("scripts/access-report"));
        command.arg(env!("CARGO_BIN_EXE_terraform-provider-eks")).arg(cluster).arg(self.page()).env_clear();
        let program = terraform::find().unwrap_or_else(|not_found| panic!("{not_found}"));
        let variables = [
            ("TERRAFORM", program.into()),
            ("PATH", env::var_os("PATH").unwrap()),
            ("HOME", self.folder.path().into()),
        ];
        command.envs(variables).env("AWS_ENDPOINT_URL", self.emulator.url()).env("MANAGED", self.managed);
        command.envs(self.iam.as_ref().map(|file| ("IAM", file))).env("CHECKPOINT_DISABLE", "1");
        command.envs([("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "any"), ("AWS_SECRET_ACCESS_KEY", "any")]);
        command.output().unwrap()
    }

    fn page(&self) -> PathBuf {
        self.folder.path().join("page.html")
    }

    /// What the browser says to [`QUESTIONS`].
    fn ask(&self, options: &[&str]) -> Json {
        let page = fs::read_to_string(self.page()).unwrap();
        let policy = "default-src 'none'";
        assert!(page.contains(policy));
        let page = page.replace(policy, &format!("{policy}; script-src 'unsafe-inline'"));
        let asked = self.folder.path().join("asked.html");
        fs::write(&asked, page.replace("</body>", &format!("<script>{QUESTIONS}</script></body>"))).unwrap();
        serde_json::from_str(&title(&self.dump(&asked, options))).unwrap()
    }

    /// The page after the browser has done with it.
    fn dump(&self, page: &Path, options: &[&str]) -> String {
        String::from_utf8(self.chromium(&[&["--dump-dom"], options, &[&url(page)]].concat()).stdout).unwrap()
    }

    /// For the README.
    fn picture(&self) {
        let folder = project().join("target");
        fs::create_dir_all(&folder).unwrap();
        let picture = folder.join("access-report.png");
        self.chromium(&[
            "--window-size=1100,1140",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            "--blink-settings=preferredColorScheme=1",
            &format!("--screenshot={}", picture.display()),
            &url(&self.page()),
        ]);
        let bytes = fs::read(picture).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 200_000, "{} bytes", bytes.len());
    }

    fn chromium(&self, arguments: &[&str]) -> Output {
        let profile = tempfile::tempdir_in(self.folder.path()).unwrap();
        let mut command = Command::new(&self.browser);
        let quiet = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
                     --disable-component-update --disable-sync";
        command.args(quiet.split_whitespace()).arg(format!("--user-data-dir={}", profile.path().display()));
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output
    }
}

/// The browser that `CHROMIUM` names, or the first on the `PATH`.
fn browser() -> PathBuf {
    if let Some(program) = env::var_os("CHROMIUM") {
        return program.into();
    }
    let path = env::var_os("PATH").unwrap();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut files = env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    files.find(|file| file.is_file()).expect("there is no Chromium: make test-report installs one, or set CHROMIUM")
}

fn url(page: &Path) -> String {
    format!("file://{}", page.display())
}

/// The title of a page, as it was before it became HTML.
fn title(page: &str) -> String {
    let title = page.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0;
    title
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace("&nbsp;", "\u{a0}")
}
