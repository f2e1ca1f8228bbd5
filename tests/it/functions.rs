//! The functions, called as Core calls them: on a provider that nobody has configured.

use serde_json::{Value as Json, json};
use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::plugin::Service;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_server::ProviderServer;

use crate::support::core::{CallError, Core, as_json};

async fn call(function: &str, arguments: &[Json]) -> Result<Json, (String, Option<usize>)> {
    let core = Core::start(ProviderServer::new(Service::new(Eks))).await.unwrap();
    match core.call_function(function, arguments).await {
        Ok(result) => Ok(as_json(&result)),
        Err(CallError::Function { text, argument }) => Err((text, argument)),
        Err(CallError::Core(failure)) => panic!("{failure:?}"),
    }
}

mod access_policy_arn {
    use super::*;

    #[tokio::test]
    async fn each_argument_is_blamed_for_what_is_wrong_with_it() {
        for (arguments, argument, words) in [
            (json!([""]), 0, "names no access policy"),
            (json!(["arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"]), 0, "is an ARN already"),
            (json!(["arn:aws:iam::aws:policy/AdministratorAccess"]), 0, "IAM policy"),
            (json!(["AmazonEKSViewPolicy", "aws-mars"]), 1, "is no partition of AWS"),
            (json!(["AmazonEKSViewPolicy", "aws", "aws"]), 2, "one partition at most"),
        ] {
            let (text, blamed) = call("access_policy_arn", arguments.as_array().unwrap()).await.expect_err(words);
            assert_eq!(blamed, Some(argument), "{arguments}: {text}");
            assert!(text.contains(words), "{arguments}: {text}");
        }
    }

    #[tokio::test]
    async fn gives_the_arn_in_the_partition() {
        let arn =
            |partition: &str| json!(format!("arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"));
        assert_eq!(call("access_policy_arn", &[json!("AmazonEKSViewPolicy")]).await, Ok(arn("aws")));
        assert_eq!(
            call("access_policy_arn", &[json!("AmazonEKSViewPolicy"), json!("aws-cn")]).await,
            Ok(arn("aws-cn"))
        );
    }
}

mod principal_arn {
    use super::*;

    #[tokio::test]
    async fn what_is_nobody_is_refused() {
        for (arn, words) in [
            ("admin", "not an ARN"),
            ("arn:aws:s3:::bucket", "not the ARN of an IAM role"),
            ("arn:aws:iam::111122223333:group/admins", "IAM group"),
            ("arn:aws:sts::111122223333:federated-user/jane", "federated user"),
            (
                "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane",
                "IAM Identity Center",
            ),
            ("arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0123456789abcdef", "lacks the path"),
        ] {
            let (text, blamed) = call("principal_arn", &[json!(arn)]).await.expect_err(arn);
            assert_eq!(blamed, Some(0));
            assert!(text.contains(words), "{arn}: {text}");
        }
    }

    #[tokio::test]
    async fn pain_24_a_session_becomes_its_role_and_a_principal_stays() {
        for (arn, principal) in [
            (
                "arn:aws-cn:sts::111122223333:assumed-role/admin/jane@example.com",
                "arn:aws-cn:iam::111122223333:role/admin",
            ),
            ("arn:aws:iam::111122223333:role/team/admin", "arn:aws:iam::111122223333:role/team/admin"),
            ("arn:aws:iam::111122223333:user/jane", "arn:aws:iam::111122223333:user/jane"),
            ("arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root"),
        ] {
            assert_eq!(call("principal_arn", &[json!(arn)]).await, Ok(json!(principal)));
        }
    }
}

mod aws_auth_access_entries {
    use super::*;

    const ADMIN: &str = "arn:aws:iam::111122223333:role/admin";
    const ROLES: &str = "\
- rolearn: arn:aws:iam::111122223333:role/node
  username: system:node:{{EC2PrivateDNSName}}
  groups: [system:bootstrappers, system:nodes]
- rolearn: arn:aws:iam::111122223333:role/admin
  username: admin
  groups: [system:masters, auditors]
";

    #[tokio::test]
    async fn each_argument_is_blamed_for_what_is_wrong_with_it() {
        for (arguments, argument) in [
            (json!([{ "mapRoles": "\t- not: yaml: at all" }]), 0),
            (json!([{}, { "not an ARN": ADMIN }]), 1),
            (json!([{}, {}, {}]), 2),
        ] {
            let (text, blamed) = call("aws_auth_access_entries", arguments.as_array().unwrap()).await.unwrap_err();
            assert_eq!(blamed, Some(argument), "{arguments}: {text}");
        }
    }

    #[tokio::test]
    async fn gives_entries_to_make_and_a_verdict_on_every_row() {
        let translated = call("aws_auth_access_entries", &[json!({ "mapRoles": ROLES })]).await.unwrap();
        assert_eq!(
            translated["entries"][ADMIN],
            json!({
                "principal_arn": ADMIN,
                "type": "STANDARD",
                "kubernetes_groups": ["auditors"],
                "user_name": "admin",
                "access_policies": {
                    "AmazonEKSClusterAdminPolicy": { "access_scope": { "type": "cluster", "namespaces": null } },
                },
            })
        );
        let node = &translated["entries"]["arn:aws:iam::111122223333:role/node"];
        assert_eq!((&node["type"], &node["kubernetes_groups"]), (&json!("EC2_LINUX"), &Json::Null));
        let rows: Vec<_> =
            translated["rows"].as_array().unwrap().iter().map(|r| (&r["source"], &r["index"], &r["verdict"])).collect();
        let (source, verdict) = (json!("mapRoles"), json!("migrate"));
        assert_eq!(rows, [(&source, &json!(0), &verdict), (&source, &json!(1), &verdict)]);
    }

    #[tokio::test]
    async fn a_role_gets_its_path_back() {
        let paths = json!({ ADMIN: "arn:aws:iam::111122223333:role/team/admin" });
        let translated = call("aws_auth_access_entries", &[json!({ "mapRoles": ROLES }), paths]).await.unwrap();
        assert!(translated["entries"].as_object().unwrap().contains_key("arn:aws:iam::111122223333:role/team/admin"));
    }
}
