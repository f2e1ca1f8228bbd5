//! The AWS SDK for Rust, which the provider is built on, as the judge of shapes and encodings.

use std::time::Duration;

use aws_sdk_eks::config::retry::RetryConfig;
use aws_sdk_eks::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_eks::error::ProvideErrorMetadata;
use aws_sdk_eks::types::{
    AccessScope, AccessScopeType, AuthenticationMode, ClusterStatus, CreateAccessConfigRequest, ErrorCode,
    UpdateAccessConfigRequest, UpdateStatus, UpdateType, VpcConfigRequest,
};
use eks_emulator::{Emulator, Fault, FaultKind, Options};
use serde_json::json;

const ROLE: &str = "arn:aws:iam::111122223333:role/dev/my.role+x=y,z@w_v-u";
const VIEW: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";

pub(crate) async fn emulator(name: &str, mode: &str) -> Emulator {
    let clusters = vec![(name.to_owned(), mode.to_owned())];
    Emulator::start(Options { clusters, ..Options::default() }).await.unwrap()
}

pub(crate) fn eks(emulator: &Emulator, region: &str) -> aws_sdk_eks::Client {
    eks_as(emulator, region, Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
}

fn eks_as(emulator: &Emulator, region: &str, credentials: Credentials) -> aws_sdk_eks::Client {
    let config = aws_sdk_eks::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials)
        .endpoint_url(emulator.url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .build();
    aws_sdk_eks::Client::from_conf(config)
}

pub(crate) fn sts(emulator: &Emulator, credentials: Credentials) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(aws_sdk_sts::config::BehaviorVersion::latest())
        .region(aws_sdk_sts::config::Region::new("us-east-1"))
        .credentials_provider(credentials)
        .endpoint_url(emulator.url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_sts::Client::from_conf(config)
}

fn mode(mode: AuthenticationMode) -> UpdateAccessConfigRequest {
    UpdateAccessConfigRequest::builder().authentication_mode(mode).build()
}

#[tokio::test]
async fn an_entry_lives_from_create_to_delete() {
    let emulator = emulator("dev", "API").await;
    let eks = eks(&emulator, "us-east-1");
    let create = eks.create_access_entry().cluster_name("dev").principal_arn(ROLE);
    let created = create.kubernetes_groups("viewers").tags("team", "a b").send().await.unwrap().access_entry.unwrap();
    assert_eq!(created.username(), Some("arn:aws:sts::111122223333:assumed-role/my.role+x=y,z@w_v-u/{{SessionName}}"));
    let arn = created.access_entry_arn().unwrap();
    assert!(arn.starts_with("arn:aws:eks:us-east-1:111122223333:access-entry/dev/role/111122223333/my.role"), "{arn}");

    let describe = || eks.describe_access_entry().cluster_name("dev").principal_arn(ROLE).send();
    assert_eq!(describe().await.unwrap().access_entry.unwrap(), created);

    let update = eks.update_access_entry().cluster_name("dev").principal_arn(ROLE).username("jane");
    let updated = update.send().await.unwrap().access_entry.unwrap();
    assert_eq!((updated.username(), updated.kubernetes_groups().len()), (Some("jane"), 0), "left out is reset");

    eks.tag_resource().resource_arn(arn).tags("k/1", "v").send().await.unwrap();
    eks.untag_resource().resource_arn(arn).tag_keys("team").tag_keys("not there").send().await.unwrap();
    let tags = eks.list_tags_for_resource().resource_arn(arn).send().await.unwrap().tags.unwrap();
    assert_eq!(tags.into_iter().collect::<Vec<_>>(), [("k/1".to_owned(), "v".to_owned())]);

    eks.delete_access_entry().cluster_name("dev").principal_arn(ROLE).send().await.unwrap();
    let gone = describe().await.unwrap_err();
    assert_eq!(gone.code(), Some("ResourceNotFoundException"));
}

#[tokio::test]
async fn omitted_fields_are_kept_on_demand() {
    let emulator = emulator("dev", "API").await;
    emulator.settings(json!({"omitted_update_fields": "keep"})).unwrap();
    emulator.put_entry("dev", json!({"principalArn": ROLE, "username": "jane", "kubernetesGroups": ["a"]})).unwrap();
    let eks = eks(&emulator, "us-east-1");
    let update = || eks.update_access_entry().cluster_name("dev").principal_arn(ROLE);
    let updated = update().send().await.unwrap().access_entry.unwrap();
    assert_eq!((updated.username(), updated.kubernetes_groups()), (Some("jane"), ["a".to_owned()].as_slice()));
    let cleared = update().set_kubernetes_groups(Some(vec![])).send().await.unwrap().access_entry.unwrap();
    assert_eq!((cleared.username(), cleared.kubernetes_groups().len()), (Some("jane"), 0));
}

#[tokio::test]
async fn a_policy_changes_its_scope_in_place() {
    let emulator = emulator("dev", "API").await;
    emulator.put_entry("dev", json!({"principalArn": ROLE})).unwrap();
    let eks = eks(&emulator, "us-east-1");
    let associate = |scope: AccessScope| {
        eks.associate_access_policy()
            .cluster_name("dev")
            .principal_arn(ROLE)
            .policy_arn(VIEW)
            .access_scope(scope)
            .send()
    };
    let namespaces = AccessScope::builder().r#type(AccessScopeType::Namespace).namespaces("dev-*").build();
    let first = associate(namespaces).await.unwrap().associated_access_policy.unwrap();
    let cluster = AccessScope::builder().r#type(AccessScopeType::Cluster).build();
    let second = associate(cluster).await.unwrap().associated_access_policy.unwrap();
    assert_eq!(second.associated_at(), first.associated_at());

    let list = eks.list_associated_access_policies().cluster_name("dev").principal_arn(ROLE);
    let listed = list.send().await.unwrap().associated_access_policies.unwrap();
    assert_eq!(listed, [second]);
    let scope = listed[0].access_scope().unwrap();
    assert_eq!((scope.r#type(), scope.namespaces.as_deref()), (Some(&AccessScopeType::Cluster), Some([].as_slice())));

    let with_policy = eks.list_access_entries().cluster_name("dev").associated_policy_arn(VIEW);
    assert_eq!(with_policy.clone().send().await.unwrap().access_entries(), [ROLE]);
    let disassociate = eks.disassociate_access_policy().cluster_name("dev").principal_arn(ROLE).policy_arn(VIEW);
    disassociate.send().await.unwrap();
    assert_eq!(with_policy.send().await.unwrap().access_entries().len(), 0);
}

#[tokio::test]
async fn a_policy_that_is_associated_again_may_start_anew() {
    let emulator = emulator("dev", "API").await;
    emulator.put_entry("dev", json!({"principalArn": ROLE})).unwrap();
    let eks = eks(&emulator, "us-east-1");
    let associate = || async {
        let associate = eks.associate_access_policy().cluster_name("dev").principal_arn(ROLE).policy_arn(VIEW);
        let scope = AccessScope::builder().r#type(AccessScopeType::Cluster).build();
        associate.access_scope(scope).send().await.unwrap().associated_access_policy.unwrap()
    };
    let mut before = associate().await;
    for kept in [true, false] {
        emulator.settings(json!({"associated_at_is_kept": kept})).unwrap();
        let again = loop {
            let again = associate().await;
            // Within the same millisecond there is nothing to see.
            if again.modified_at() != before.modified_at() {
                break again;
            }
        };
        assert_eq!(again.associated_at() == before.associated_at(), kept);
        assert_eq!(again.associated_at() == again.modified_at(), !kept);
        before = again;
    }
}

#[tokio::test]
async fn the_arn_of_an_entry_may_have_the_path_of_its_principal() {
    let emulator = emulator("dev", "API").await;
    let eks = eks(&emulator, "us-east-1");
    let home = "arn:aws:eks:us-east-1:111122223333:access-entry/dev";
    for (whole, principal, named) in [
        (false, "role/team/a", "role/111122223333/a"),
        (true, "role/team/x/a", "role/111122223333/team/x/a"),
        (true, "user/team/a", "user/111122223333/team/a"),
        (true, "role/a", "role/111122223333/a"),
    ] {
        emulator.settings(json!({"whole_name_in_entry_arns": whole})).unwrap();
        let principal = format!("arn:aws:iam::111122223333:{principal}");
        let create = eks.create_access_entry().cluster_name("dev").principal_arn(&principal).tags("k", "v");
        let entry = create.send().await.unwrap().access_entry.unwrap();
        let arn = entry.access_entry_arn().unwrap();
        let (shown, id) = arn.rsplit_once('/').unwrap();
        assert_eq!((shown, id.len()), (format!("{home}/{named}").as_str(), 36));
        let tags = eks.list_tags_for_resource().resource_arn(arn).send().await.unwrap().tags.unwrap();
        assert_eq!(tags.len(), 1, "the ARN leads back to the entry");
    }
    emulator.add_fault(Fault::new("*", FaultKind::AccessDenied));
    let describe = eks.describe_access_entry().cluster_name("dev").principal_arn("arn:aws:iam::111122223333:role/t/c");
    let denied = describe.send().await.unwrap_err();
    assert!(denied.message().unwrap().ends_with(&format!("{home}/role/111122223333/t/c/*")), "{denied:?}");
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let emulator = emulator("dev", "API").await;
    let principals: Vec<String> =
        (0..250).map(|number| format!("arn:aws:iam::111122223333:role/team/r{number:03}")).collect();
    for principal in principals.iter().rev() {
        emulator.put_entry("dev", json!({"principalArn": principal})).unwrap();
    }
    let eks = eks(&emulator, "us-east-1");
    let pages = eks.list_access_entries().cluster_name("dev").into_paginator().page_size(100).items().send();
    assert_eq!(pages.try_collect().await.unwrap(), principals);
    assert_eq!(emulator.calls().len(), 3);
    assert!(emulator.calls()[1].params.contains_key("nextToken"));

    emulator.settings(json!({"sorted_entries": false})).unwrap();
    let pages = eks.list_access_entries().cluster_name("dev").into_paginator().page_size(100).items().send();
    let mut shuffled: Vec<String> = pages.try_collect().await.unwrap();
    assert_ne!(shuffled, principals);
    shuffled.sort();
    assert_eq!(shuffled, principals);

    let policies = eks.list_access_policies().send().await.unwrap().access_policies.unwrap();
    assert_eq!(policies.len(), 33);
}

#[tokio::test]
async fn nodes_have_the_names_and_groups_that_eks_gives_them() {
    let emulator = emulator("dev", "API").await;
    let eks = eks(&emulator, "us-east-1");
    for (entry_type, username) in [
        ("EC2_LINUX", "system:node:{{EC2PrivateDNSName}}"),
        ("EC2_WINDOWS", "system:node:{{EC2PrivateDNSName}}"),
        ("FARGATE_LINUX", "system:node:{{SessionName}}"),
        ("HYBRID_LINUX", "system:node:{{SessionName}}"),
        ("EC2", "system:node:{{SessionName}}"),
        ("HYPERPOD_LINUX", "system:node:{{SessionName}}"),
    ] {
        let role = format!("arn:aws:iam::111122223333:role/{entry_type}");
        let create = eks.create_access_entry().cluster_name("dev").principal_arn(&role).r#type(entry_type);
        let entry = create.send().await.unwrap().access_entry.unwrap();
        assert_eq!(
            (entry.username(), entry.kubernetes_groups()),
            (Some(username), ["system:nodes".to_owned()].as_slice())
        );

        let list = eks.list_associated_access_policies().cluster_name("dev").principal_arn(&role);
        assert_eq!(list.send().await.unwrap().associated_access_policies().len(), 0, "{entry_type}");
        let associate = eks.associate_access_policy().cluster_name("dev").principal_arn(&role).policy_arn(VIEW);
        let scope = AccessScope::builder().r#type(AccessScopeType::Cluster).build();
        let associated = associate.access_scope(scope).send().await.is_ok();
        assert_eq!(associated, ["EC2", "HYPERPOD_LINUX"].contains(&entry_type), "{entry_type}");
    }
    emulator.settings(json!({"list_associated_on_node_types": "error"})).unwrap();
    let list = eks.list_associated_access_policies().cluster_name("dev");
    let refused = list.principal_arn("arn:aws:iam::111122223333:role/EC2_LINUX").send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidParameterException"));
}

#[tokio::test]
async fn a_cluster_walks_from_config_map_to_api() {
    let emulator = emulator("dev", "CONFIG_MAP").await;
    let node = "arn:aws:iam::111122223333:role/node";
    let fargate = "arn:aws:iam::111122223333:role/fargate";
    let settings = json!({
        "update_duration_ms": 3_600_000,
        "managed_node_roles": [node],
        "fargate_pod_execution_roles": [fargate],
    });
    emulator.settings(settings).unwrap();
    let eks = eks(&emulator, "us-east-1");
    let describe = || async { eks.describe_cluster().name("dev").send().await.unwrap().cluster.unwrap() };

    let update = eks.update_cluster_config().name("dev").access_config(mode(AuthenticationMode::ApiAndConfigMap));
    let update = update.send().await.unwrap().update.unwrap();
    assert_eq!(
        (update.status(), update.r#type()),
        (Some(&UpdateStatus::InProgress), Some(&UpdateType::AccessConfigUpdate))
    );
    assert_eq!(update.params()[0].value(), Some("\"API_AND_CONFIG_MAP\""));
    let cluster = describe().await;
    let access = cluster.access_config().unwrap();
    assert_eq!(cluster.status(), Some(&ClusterStatus::Updating));
    assert_eq!(access.authentication_mode(), Some(&AuthenticationMode::ConfigMap));
    assert_eq!(access.bootstrap_cluster_creator_admin_permissions(), None);

    emulator.finish_updates("dev").unwrap();
    let cluster = describe().await;
    assert_eq!(cluster.status(), Some(&ClusterStatus::Active));
    assert_eq!(cluster.access_config().unwrap().authentication_mode(), Some(&AuthenticationMode::ApiAndConfigMap));
    let id = update.id().unwrap();
    let ended = eks.describe_update().name("dev").update_id(id).send().await.unwrap().update.unwrap();
    assert_eq!(ended.status(), Some(&UpdateStatus::Successful));
    assert_eq!(eks.list_updates().name("dev").send().await.unwrap().update_ids(), [id]);

    let made: Vec<_> = emulator
        .entries("dev")
        .iter()
        .map(|entry| {
            let policies = entry["associatedAccessPolicies"].as_array().unwrap().len();
            (entry["principalArn"].as_str().unwrap().to_owned(), entry["type"].as_str().unwrap().to_owned(), policies)
        })
        .collect();
    let expected = [
        ("arn:aws:iam::111122223333:role/admin", "STANDARD", 1),
        (fargate, "FARGATE_LINUX", 0),
        (node, "EC2_LINUX", 0),
    ];
    assert_eq!(made, expected.map(|(arn, kind, policies)| (arn.to_owned(), kind.to_owned(), policies)));
}

#[tokio::test]
async fn an_update_may_fail_or_be_cancelled_and_the_mode_stays() {
    let emulator = emulator("dev", "CONFIG_MAP").await;
    let eks = eks(&emulator, "us-east-1");
    let error = json!({"errorCode": "AccessDenied", "errorMessage": "no", "resourceIds": ["dev"]});
    for (outcome, status) in [("Failed", UpdateStatus::Failed), ("Cancelled", UpdateStatus::Cancelled)] {
        emulator.settings(json!({"update_outcome": outcome, "update_error": error})).unwrap();
        let update = eks.update_cluster_config().name("dev").access_config(mode(AuthenticationMode::ApiAndConfigMap));
        let id = update.send().await.unwrap().update.unwrap().id.unwrap();
        let ended = eks.describe_update().name("dev").update_id(id).send().await.unwrap().update.unwrap();
        assert_eq!(ended.status(), Some(&status));
        let codes: Vec<_> = ended.errors().iter().filter_map(|error| error.error_code()).collect();
        assert_eq!(codes, if outcome == "Failed" { vec![&ErrorCode::AccessDenied] } else { vec![] });
        assert_eq!(emulator.cluster("dev").unwrap()["accessConfig"]["authenticationMode"], "CONFIG_MAP");
    }
    assert_eq!(emulator.entries("dev").len(), 0);
}

#[tokio::test]
async fn a_creator_gets_an_entry_unless_it_declines() {
    let emulator = emulator("other", "API").await;
    let any = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
    let assume = sts(&emulator, any.clone()).assume_role().role_arn("arn:aws:iam::111122223333:role/team/builder");
    let assumed = assume.role_session_name("ci").external_id("secret-ish").send().await.unwrap();
    let keys = assumed.credentials().unwrap();
    let builder = Credentials::new(
        keys.access_key_id(),
        keys.secret_access_key(),
        Some(keys.session_token().to_owned()),
        None,
        "x",
    );

    let caller = sts(&emulator, builder.clone()).get_caller_identity().send().await.unwrap();
    assert_eq!(caller.arn(), Some("arn:aws:sts::111122223333:assumed-role/builder/ci"));
    let caller = sts(&emulator, any).get_caller_identity().send().await.unwrap();
    assert_eq!(caller.arn(), Some("arn:aws:sts::111122223333:assumed-role/admin/session"));
    let logged = &emulator.calls()[0];
    assert_eq!((logged.service.as_str(), logged.operation.as_str()), ("sts", "AssumeRole"));
    assert_eq!(logged.params["ExternalId"], "secret-ish");

    for (name, bootstrap, principals) in
        [("a", true, vec!["arn:aws:iam::111122223333:role/builder"]), ("b", false, vec![])]
    {
        let access = CreateAccessConfigRequest::builder()
            .authentication_mode(AuthenticationMode::Api)
            .bootstrap_cluster_creator_admin_permissions(bootstrap);
        let create = eks_as(&emulator, "us-east-1", builder.clone()).create_cluster().name(name);
        let create = create.role_arn("arn:aws:iam::111122223333:role/eks").access_config(access.build());
        create.resources_vpc_config(VpcConfigRequest::builder().subnet_ids("subnet-1").build()).send().await.unwrap();
        let list = eks(&emulator, "us-east-1").list_access_entries().cluster_name(name);
        assert_eq!(list.send().await.unwrap().access_entries(), principals);
    }
    let gone = eks(&emulator, "us-east-1").delete_cluster().name("a").send().await.unwrap();
    assert_eq!(gone.cluster().unwrap().status(), Some(&ClusterStatus::Deleting));
    let left = eks(&emulator, "us-east-1").list_clusters().send().await.unwrap();
    assert_eq!(left.clusters(), ["b", "other"]);
}

#[tokio::test]
async fn each_region_has_its_own_clusters_and_partition() {
    let emulator = emulator("dev", "API").await;
    emulator.put_cluster_in("cn-north-1", "dev", "API");
    let role = "arn:aws-cn:iam::111122223333:role/dev";
    let create = eks(&emulator, "cn-north-1").create_access_entry().cluster_name("dev").principal_arn(role);
    let entry = create.send().await.unwrap().access_entry.unwrap();
    assert!(entry.access_entry_arn().unwrap().starts_with("arn:aws-cn:eks:cn-north-1:"));
    assert!(entry.username().unwrap().starts_with("arn:aws-cn:sts::"));
    assert_eq!(emulator.entries("dev").len(), 0);
    let policies = eks(&emulator, "cn-north-1").list_access_policies().send().await.unwrap();
    assert!(policies.access_policies()[0].arn().unwrap().starts_with("arn:aws-cn:eks::aws:cluster-access-policy/"));

    let elsewhere = eks(&emulator, "eu-central-1").describe_cluster().name("dev").send().await.unwrap_err();
    assert_eq!(elsewhere.message(), Some("No cluster found for name: dev."));
    let regions: Vec<_> = emulator.calls().into_iter().map(|call| call.region).collect();
    assert_eq!(regions, ["cn-north-1", "cn-north-1", "eu-central-1"]);
}

#[tokio::test]
async fn the_sdk_gets_past_throttling_and_a_lost_reply() {
    let emulator = emulator("dev", "API").await;
    emulator.add_fault(Fault::new("CreateAccessEntry", FaultKind::Throttle));
    emulator.add_fault(Fault::new("CreateAccessEntry", FaultKind::DropAfter));
    let create = eks(&emulator, "us-east-1").create_access_entry().cluster_name("dev").principal_arn(ROLE);
    create.send().await.unwrap();
    let statuses: Vec<_> = emulator.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [429, 0, 200], "the token of the lost reply gets the same answer");
    assert!(emulator.calls().iter().all(|call| call.principal_arn.as_deref() == Some(ROLE)));
}
