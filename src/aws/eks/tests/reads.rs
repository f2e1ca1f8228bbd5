use super::*;

const ENTRY: &str = "GET /clusters/dev/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fteam%2Freader";

#[tokio::test]
async fn what_is_not_there_is_a_value() {
    let no_cluster = error(404, "ResourceNotFoundException", "No cluster found for name: dev.");
    let message =
        "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.";
    let no_entries = error(400, "InvalidRequestException", message);
    for absent in [no_cluster, no_entries, no_such_entry()] {
        let eks = Canned::new(vec![absent; 7]).eks();
        let budget = budget();
        assert_eq!(eks.find_cluster("dev", &budget).await.unwrap(), None);
        assert_eq!(eks.find_update("dev", "1", &budget).await.unwrap(), None);
        assert_eq!(eks.find_access_entry("dev", ROLE, &budget).await.unwrap(), None);
        assert_eq!(eks.associated_policies("dev", ROLE, &budget).await.unwrap(), None);
        assert!(eks.access_entry_principals("dev", None, &budget).await.unwrap().is_none());
        assert!(!eks.delete_access_entry("dev", ROLE, &budget).await.unwrap());
        assert!(!eks.disassociate_policy("dev", ROLE, VIEW, &budget).await.unwrap());
    }
}

#[tokio::test]
async fn a_failure_is_an_error() {
    let eks = Canned::new([error(403, "AccessDeniedException", "no"), (200, json!({})), (200, json!("garbage"))]).eks();
    let budget = budget();
    let denied = eks.find_access_entry("dev", ROLE, &budget).await.unwrap_err();
    assert_eq!(denied.kind(), &Kind::AccessDenied { action: None });
    for _ in 0..2 {
        assert_eq!(eks.find_access_entry("dev", ROLE, &budget).await.unwrap_err().kind(), &Kind::BadAnswer);
    }
}

#[tokio::test]
async fn an_entry_is_asked_for_once_by_all_its_readers() {
    let canned = Canned::new([entry()]);
    let (eks, budget) = (canned.eks(), budget());
    let other = eks.clone();
    let (first, second) =
        tokio::join!(eks.find_access_entry("dev", ROLE, &budget), other.find_access_entry("dev", ROLE, &budget));
    let third = eks.find_access_entry("dev", ROLE, &budget).await.unwrap();
    assert_eq!(first.unwrap(), third);
    assert_eq!(second.unwrap(), third);
    assert_eq!(canned.asked(), [ENTRY]);
    let entry = third.unwrap();
    assert_eq!(entry.kubernetes_groups, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    assert_eq!(
        (entry.created_at.as_str(), entry.modified_at.as_str()),
        ("2023-12-20T08:20:01Z", "2023-12-20T08:20:02Z")
    );
}

#[tokio::test]
async fn a_fresh_reader_asks_anew() {
    let canned = Canned::new([cluster("CONFIG_MAP"), cluster("API")]);
    let (eks, budget) = (canned.eks(), budget());
    let mode = async |eks: Eks| eks.find_cluster("dev", &budget).await.unwrap().unwrap().authentication_mode;
    assert_eq!(mode(eks.clone()).await, AuthenticationMode::ConfigMap);
    assert_eq!(mode(eks.clone()).await, AuthenticationMode::ConfigMap);
    assert_eq!(mode(eks.fresh()).await, AuthenticationMode::Api);
    assert_eq!(mode(eks).await, AuthenticationMode::Api);
    assert_eq!(canned.asked().len(), 2);
}

#[tokio::test]
async fn a_cluster_from_before_access_entries_lives_by_its_config_map() {
    let (status, mut body) = cluster("");
    body["cluster"].as_object_mut().unwrap().remove("accessConfig");
    let found = Canned::new([(status, body)]).eks().find_cluster("dev", &budget()).await.unwrap().unwrap();
    assert_eq!(found.authentication_mode, AuthenticationMode::ConfigMap);
    assert_eq!((found.partition.as_str(), found.region.as_str()), ("aws-cn", "cn-north-1"));
    assert_eq!(found.account, "111122223333");
}

#[tokio::test]
async fn lists_are_read_to_their_last_page() {
    let page = |principal: &str, next: Value| (200, json!({ "accessEntries": [principal], "nextToken": next }));
    let canned = Canned::new([page("a", json!("more/")), page("b", json!(null))]);
    let principals = canned.eks().access_entry_principals("dev", Some(VIEW), &budget()).await.unwrap();
    assert_eq!(principals.unwrap(), ["a", "b"]);
    let policy = "associatedPolicyArn=arn%3Aaws%3Aeks%3A%3Aaws%3Acluster-access-policy%2FAmazonEKSViewPolicy";
    assert_eq!(
        canned.asked(),
        [
            format!("GET /clusters/dev/access-entries?{policy}"),
            format!("GET /clusters/dev/access-entries?{policy}&nextToken=more%2F"),
        ]
    );
}

#[tokio::test]
async fn a_page_that_leads_back_to_itself_ends_the_list() {
    let page = || (200, json!({ "accessEntries": ["a"], "nextToken": "again" }));
    let canned = Canned::new([page(), page()]);
    let error = canned.eks().access_entry_principals("dev", None, &budget()).await.unwrap_err();
    assert!(error.to_string().contains("it leads back to the same one"), "{error}");
    assert_eq!(canned.asked().len(), 2);
}

#[tokio::test]
async fn policies_come_by_name_and_with_their_scopes() {
    let view = association(json!({ "type": "namespace", "namespaces": ["b", "a"] }));
    let mut edit = association(json!({ "type": "cluster", "namespaces": [] }));
    edit["policyArn"] = json!(EDIT);
    let canned = Canned::new([(200, json!({ "associatedAccessPolicies": [view, edit] }))]);
    let found = canned.eks().associated_policies("dev", ROLE, &budget()).await.unwrap().unwrap();
    let found: Vec<_> = found.into_iter().map(|policy| (policy.policy_arn, policy.scope)).collect();
    let namespaces = AccessScope::Namespaces(BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    assert_eq!(found, [(EDIT.to_owned(), AccessScope::Cluster), (VIEW.to_owned(), namespaces)]);
}

#[tokio::test]
async fn a_node_has_no_policies_even_if_eks_refuses_to_say_so() {
    let message = "This operation can only be performed on Access Entries with a type of \"STANDARD\".";
    let eks = Canned::new([error(400, "InvalidParameterException", message)]).eks();
    assert_eq!(eks.associated_policies("dev", ROLE, &budget()).await.unwrap(), Some(vec![]));
}

#[tokio::test]
async fn only_updates_under_way_are_told() {
    let canned =
        Canned::new([(200, json!({ "updateIds": ["1", "2"] })), update("1", "Successful"), update("2", "InProgress")]);
    let updates = canned.eks().updates_in_progress("dev", &budget()).await.unwrap();
    assert_eq!(updates.iter().map(|update| update.id.as_str()).collect::<Vec<_>>(), ["2"]);
}
