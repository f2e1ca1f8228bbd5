use super::*;
use crate::aws::wait::PATIENCE_WITH_OTHERS;

const INVALID_PRINCIPAL: &str = "The specified principalArn is invalid: invalid principal.";

#[tokio::test]
async fn an_entry_that_is_there_already_is_not_waited_for() {
    let canned = Canned::new([already_there()]);
    let refused = canned.eks().create_access_entry(&new_entry(), &budget()).await.unwrap_err();
    assert!(refused.is_entry_already_there());
    assert_eq!(canned.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_principal_is_waited_for_with_one_token_for_all_tries() {
    let unknown = || error(400, "InvalidParameterException", INVALID_PRINCIPAL);
    let canned = Canned::new([unknown(), error(429, "ThrottlingException", ""), unknown(), entry(), entry()]);
    let (eks, budget) = (canned.eks(), budget());
    let created = eks.create_access_entry(&new_entry(), &budget).await.unwrap();
    assert_eq!(created.access_entry_arn, ENTRY_ARN);
    eks.create_access_entry(&new_entry(), &budget).await.unwrap();
    let bodies = canned.bodies();
    let token = &bodies[0]["clientRequestToken"];
    let body = json!({ "principalArn": ROLE, "type": "STANDARD", "clientRequestToken": token });
    assert_eq!(bodies[..4], vec![body; 4]);
    assert_ne!(&bodies[4]["clientRequestToken"], token);
}

#[tokio::test(start_paused = true)]
async fn an_update_in_the_way_is_waited_out() {
    let canned = Canned::new([busy("7"), update("7", "InProgress"), update("7", "Failed"), entry()]);
    canned.eks().create_access_entry(&new_entry(), &budget()).await.unwrap();
    let describe = "GET /clusters/dev/updates/7";
    let create = "POST /clusters/dev/access-entries";
    assert_eq!(canned.asked(), [create, describe, describe, create]);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_outlasts_the_budget_is_named() {
    let canned = Canned::new([busy("7")]);
    canned.add((0..20).map(|_| update("7", "InProgress")));
    let budget = Budget::new(Duration::from_secs(60), CancellationToken::new());
    let refused = canned.eks().create_access_entry(&new_entry(), &budget).await.unwrap_err();
    assert_eq!(refused.update_in_progress(), Some("7"));
    assert!(refused.to_string().contains("after waiting"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn an_entry_of_our_own_making_is_waited_for_until_it_was_seen() {
    let canned = Canned::new([entry(), no_such_entry(), entry(), no_such_entry()]);
    let (eks, budget) = (canned.eks(), budget());
    eks.create_access_entry(&new_entry(), &budget).await.unwrap();
    assert!(eks.fresh().find_access_entry("dev", ROLE, &budget).await.unwrap().is_some());
    assert!(eks.fresh().find_access_entry("dev", ROLE, &budget).await.unwrap().is_none());
    assert_eq!(canned.asked().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_new_entry_is_known_from_eks_answer_which_proves_nothing_to_the_rest_of_eks() {
    let associated = (200, json!({ "associatedAccessPolicy": association(json!({ "type": "cluster" })) }));
    let canned = Canned::new([entry(), no_such_entry(), associated]);
    let (eks, budget) = (canned.eks(), budget());
    let created = eks.create_access_entry(&new_entry(), &budget).await.unwrap();
    assert_eq!(eks.find_access_entry("dev", ROLE, &budget).await.unwrap(), Some(created));
    assert_eq!(canned.asked().len(), 1);
    eks.associate_policy("dev", ROLE, VIEW, &AccessScope::Cluster, &budget).await.unwrap();
}

/// Whoever made it: a second one is refused because there is one.
#[tokio::test(start_paused = true)]
async fn an_entry_that_eks_says_is_there_is_waited_for() {
    let canned = Canned::new([already_there(), no_such_entry(), no_such_entry(), entry(), no_such_entry()]);
    let (eks, budget) = (canned.eks(), budget());
    eks.create_access_entry(&new_entry(), &budget).await.unwrap_err();
    assert!(eks.find_access_entry("dev", ROLE, &budget).await.unwrap().is_some());
    assert!(eks.fresh().find_access_entry("dev", ROLE, &budget).await.unwrap().is_none());
    assert_eq!(canned.asked().len(), 5);
}

/// An entry as the prepared answer has it, and an EKS of these answers where a request that fails is sent once more.
fn answers_lost(answers: impl IntoIterator<Item = (u16, Value)>) -> (NewAccessEntry, Canned, Eks) {
    let wanted = NewAccessEntry {
        kubernetes_groups: Some(["a", "b"].map(str::to_owned).into()),
        user_name: Some("jane".to_owned()),
        tags: BTreeMap::from([("team".to_owned(), "x".to_owned())]),
        ..new_entry()
    };
    let canned = Canned::new(answers);
    let config = canned.config().retry_config(RetryConfig::standard().with_max_attempts(2));
    let eks = Eks::new(Arc::new(Regional::new(config, "us-east-1".to_owned(), true)));
    (wanted, canned, eks)
}

#[tokio::test(start_paused = true)]
async fn an_entry_whose_answer_got_lost_is_waited_for() {
    let (wanted, _, eks) = answers_lost([lost(), already_there(), no_such_entry(), no_such_entry(), entry()]);
    assert_eq!(eks.create_access_entry(&wanted, &budget()).await.unwrap().access_entry_arn, ENTRY_ARN);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_somebody_has_deleted_meanwhile_is_not_waited_for_twice() {
    let (wanted, canned, eks) = answers_lost([lost(), already_there()]);
    canned.add((0..16).map(|_| no_such_entry()));
    let refused = eks.create_access_entry(&wanted, &budget()).await.unwrap_err();
    assert!(refused.is_entry_already_there(), "{refused}");
    assert_eq!(canned.asked().len(), 17);
    assert!(eks.find_access_entry("dev", ROLE, &budget()).await.unwrap().is_none());
    assert_eq!(canned.asked().len(), 18);
}

#[tokio::test(start_paused = true)]
async fn a_policy_waits_for_the_entry_that_was_just_made() {
    let scope = AccessScope::Namespaces(BTreeSet::from(["dev-*".to_owned()]));
    let wire = json!({ "type": "namespace", "namespaces": ["dev-*"] });
    let associated = (200, json!({ "associatedAccessPolicy": association(wire.clone()) }));
    let canned = Canned::new([entry()]);
    canned.add((0..10).map(|_| no_such_entry()));
    canned.add([associated]);
    let (eks, budget) = (canned.eks(), budget());
    eks.create_access_entry(&new_entry(), &budget).await.unwrap();
    let associated = eks.associate_policy("dev", ROLE, VIEW, &scope, &budget).await.unwrap();
    assert_eq!(associated.scope, scope);
    assert_eq!(canned.bodies()[3], json!({ "policyArn": VIEW, "accessScope": wire }));
}

/// Another provider may have just made it, in the same apply.
#[tokio::test(start_paused = true)]
async fn a_policy_waits_half_a_minute_for_any_other_entry() {
    let associated = (200, json!({ "associatedAccessPolicy": association(json!({ "type": "cluster" })) }));
    let canned = Canned::new([no_such_entry(), no_such_entry(), associated]);
    let (eks, budget) = (canned.eks(), budget());
    eks.associate_policy("dev", ROLE, VIEW, &AccessScope::Cluster, &budget).await.unwrap();

    canned.add((0..6).map(|_| no_such_entry()));
    let began = tokio::time::Instant::now();
    let refused = eks.associate_policy("dev", ROLE, VIEW, &AccessScope::Cluster, &budget).await.unwrap_err();
    assert!(refused.is_no_such_entry() && refused.to_string().contains("after waiting for the entry"), "{refused}");
    assert!(began.elapsed() <= PATIENCE_WITH_OTHERS);
    assert_eq!(canned.asked().len(), 9);
}

/// What is not there needs no change of its own, and nobody has made it for that.
#[tokio::test]
async fn nothing_but_a_policy_waits_for_an_entry_of_others() {
    let canned = Canned::new((0..3).map(|_| no_such_entry()));
    let (eks, budget) = (canned.eks(), budget());
    assert!(!eks.disassociate_policy("dev", ROLE, VIEW, &budget).await.unwrap());
    assert!(!eks.delete_access_entry("dev", ROLE, &budget).await.unwrap());
    eks.update_access_entry("dev", ROLE, &BTreeSet::new(), None, &budget).await.unwrap_err();
}

#[tokio::test]
async fn an_update_sends_the_default_user_name_in_full_and_groups_even_if_none() {
    let canned = Canned::new([entry(), entry()]);
    let (eks, budget) = (canned.eks(), budget());
    eks.update_access_entry("dev", ROLE, &BTreeSet::new(), None, &budget).await.unwrap();
    let default_name = "arn:aws:sts::111122223333:assumed-role/reader/{{SessionName}}";
    assert_eq!(canned.bodies().last().unwrap()["username"], default_name);
    assert_eq!(canned.bodies().last().unwrap()["kubernetesGroups"], json!([]));
    eks.update_access_entry("dev", ROLE, &BTreeSet::from(["a".to_owned()]), Some("jane"), &budget).await.unwrap();
    assert_eq!(canned.bodies().last().unwrap()["username"], "jane");
    assert_eq!(canned.bodies().last().unwrap()["kubernetesGroups"], json!(["a"]));
}

#[tokio::test]
async fn what_was_changed_is_read_again() {
    let done = || (200, json!({}));
    let none = || (200, json!({ "associatedAccessPolicies": [] }));
    let canned = Canned::new([entry(), none()]);
    let (eks, budget) = (canned.eks(), budget());
    eks.find_access_entry("dev", ROLE, &budget).await.unwrap();
    eks.associated_policies("dev", ROLE, &budget).await.unwrap();

    canned.add([done(), entry(), done(), entry(), entry(), entry()]);
    eks.tag(ENTRY_ARN, &BTreeMap::from([("k".to_owned(), "v".to_owned())]), &budget).await.unwrap();
    eks.find_access_entry("dev", ROLE, &budget).await.unwrap();
    eks.untag(ENTRY_ARN, &BTreeSet::from(["k".to_owned()]), &budget).await.unwrap();
    eks.find_access_entry("dev", ROLE, &budget).await.unwrap();
    eks.update_access_entry("dev", ROLE, &BTreeSet::new(), None, &budget).await.unwrap();
    eks.find_access_entry("dev", ROLE, &budget).await.unwrap();
    assert_eq!(canned.asked().len(), 8);

    canned.add([done(), none(), done(), no_such_entry(), no_such_entry()]);
    eks.disassociate_policy("dev", ROLE, VIEW, &budget).await.unwrap();
    eks.associated_policies("dev", ROLE, &budget).await.unwrap();
    eks.delete_access_entry("dev", ROLE, &budget).await.unwrap();
    assert_eq!(eks.find_access_entry("dev", ROLE, &budget).await.unwrap(), None);
    assert_eq!(eks.associated_policies("dev", ROLE, &budget).await.unwrap(), None);
    assert_eq!(canned.asked().len(), 13);

    canned.add([cluster("CONFIG_MAP"), update("1", "InProgress"), cluster("API_AND_CONFIG_MAP")]);
    eks.find_cluster("dev", &budget).await.unwrap();
    eks.update_authentication_mode("dev", AuthenticationMode::ApiAndConfigMap, &budget).await.unwrap();
    let found = eks.find_cluster("dev", &budget).await.unwrap().unwrap();
    assert_eq!(found.authentication_mode, AuthenticationMode::ApiAndConfigMap);
}
