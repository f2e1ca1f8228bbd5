//! What stands in code under "here" in a table of a guide is there; and the tables about eksctl leave nothing of it out.

use std::collections::BTreeSet;

use terraform_provider_eks::aws::aws_auth::Verdict;
use terraform_provider_eks::aws::{AuthenticationMode, EntryType};
use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::framework::schema::Field;
use terraform_provider_eks::framework::{Model, Provider};

/// What the tables say in words of Terraform and of hashicorp/aws.
const OTHERS: [&str; 8] =
    ["terraform apply", "for_each", "import", "data", "ephemeral", "moved", "[]", "aws_iam_roles"];

/// The access commands of eksctl 0.231 and their flags.
const COMMANDS: [&str; 16] = [
    "create accessentry",
    "--principal-arn",
    "--type",
    "--kubernetes-groups",
    "--kubernetes-username",
    "-f",
    "get accessentry",
    "delete accessentry",
    "utils update-authentication-mode",
    "--authentication-mode",
    "utils migrate-to-access-entry",
    "--target-authentication-mode",
    "--approve",
    "create iamidentitymapping",
    "get iamidentitymapping",
    "delete iamidentitymapping",
];

/// The fields of `accessConfig` in the file of eksctl 0.231.
const FIELDS: [&str; 12] = [
    "authenticationMode",
    "bootstrapClusterCreatorAdminPermissions",
    "accessEntries[]",
    "accessEntries[].principalARN",
    "accessEntries[].type",
    "accessEntries[].kubernetesGroups",
    "accessEntries[].kubernetesUsername",
    "accessEntries[].tags",
    "accessEntries[].accessPolicies[]",
    "accessEntries[].accessPolicies[].policyARN",
    "accessEntries[].accessPolicies[].accessScope.type",
    "accessEntries[].accessPolicies[].accessScope.namespaces",
];

/// Every name that a practitioner can write: objects, paths of attributes and ends of those, functions, values.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for it in Eks::RESOURCES {
        names.insert(it.name().to_owned());
        add(&mut names, &[], &it.schema().fields);
    }
    for it in Eks::DATA_SOURCES {
        names.extend([it.name().to_owned(), format!("data.{}", it.name())]);
        add(&mut names, &[], &it.schema().fields);
    }
    for it in Eks::LISTS {
        names.insert(format!("list {:?}", it.name()));
        add(&mut names, &[], &it.schema().fields);
    }
    for it in Eks::EPHEMERALS {
        names.extend([format!("ephemeral.{}", it.name()), format!("ephemeral {:?}", it.name())]);
    }
    names.extend(Eks::FUNCTIONS.iter().map(|it| format!("{}()", it.name())));
    add(&mut names, &[], &<Eks as Provider>::Config::fields());
    names.extend(EntryType::KNOWN.iter().map(|it| it.as_str().to_owned()));
    names.extend(AuthenticationMode::ALL.iter().map(ToString::to_string));
    names.extend(Verdict::ALL.iter().map(|it| it.as_str().to_owned()));
    names.extend(OTHERS.map(str::to_owned));
    names
}

fn add(names: &mut BTreeSet<String>, above: &[&str], fields: &[Field]) {
    for field in fields {
        let path = [above, &[field.name]].concat();
        names.extend((0..path.len()).map(|from| path[from..].join(".")));
        if let Some((_, inner)) = field.inner() {
            add(names, &path, inner);
        }
    }
}

/// What stands between backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn what_takes_the_place_of_something_is_there() {
    let names = names();
    let mut unknown = Vec::new();
    for guide in ["from-eksctl.md", "from-hashicorp-aws.md", "what-eks-does.md", "what-people-suffer-from.md"] {
        for table in super::tables(guide) {
            for here in table.column("here").into_iter().flatten() {
                // An attribute may come with its value.
                let missing = code(here).filter(|it| !names.contains(it.split(" = ").next().unwrap()));
                unknown.extend(missing.map(|it| format!("{guide}: {it}")));
            }
        }
    }
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn nothing_of_eksctl_is_left_out() {
    let tables = super::tables("from-eksctl.md");
    let commands: String = tables[0].column("eksctl").unwrap().collect();
    let missing: Vec<_> = COMMANDS.iter().filter(|it| !commands.contains(**it)).collect();
    assert_eq!(missing, [&""; 0]);
    let fields: Vec<_> = tables[1].column("`accessConfig`").unwrap().flat_map(code).collect();
    assert_eq!(fields, FIELDS);
}
