use super::*;

fn throttled() -> (u16, Value) {
    error(429, "ThrottlingException", "Rate exceeded")
}

#[tokio::test(start_paused = true)]
async fn reads_and_changes_wait_until_aws_takes_more() {
    let canned =
        Canned::new([throttled(), throttled(), entry(), throttled(), entry(), throttled(), update("1", "InProgress")]);
    let (eks, budget) = (canned.eks(), budget());
    assert!(eks.find_access_entry("dev", ROLE, &budget).await.unwrap().is_some());
    eks.create_access_entry(&new_entry(), &budget).await.unwrap();
    assert!(eks.find_update("dev", "1", &budget).await.unwrap().is_some());
    assert_eq!(canned.asked().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn patience_ends_with_awss_words() {
    let canned = Canned::default();
    canned.add((0..400).map(|_| throttled()));
    let (eks, budget) = (canned.eks(), budget());
    let error = eks.find_access_entry("dev", ROLE, &budget).await.unwrap_err();
    assert!(error.is_throttled() && error.to_string().contains("to take more requests"), "{error}");
    let error = eks.create_access_entry(&new_entry(), &budget).await.unwrap_err();
    assert!(error.is_throttled() && error.to_string().contains("to take more requests"), "{error}");
}

#[tokio::test]
async fn who_asked_for_retries_gets_no_waiting_on_top() {
    let canned = Canned::new([throttled(), throttled()]);
    let config = canned.config().retry_config(RetryConfig::disabled());
    let eks = Eks::new(Arc::new(Regional::new(config, "us-east-1".to_owned(), false)));
    assert!(eks.find_access_entry("dev", ROLE, &budget()).await.unwrap_err().is_throttled());
    assert!(eks.create_access_entry(&new_entry(), &budget()).await.unwrap_err().is_throttled());
}

#[tokio::test(start_paused = true)]
async fn many_readers_take_turns_and_their_tries_do_not_run_out() {
    let canned = Canned::default();
    canned.add((0..200).map(|number| if number % 2 == 0 { throttled() } else { entry() }));
    let (eks, budget) = (canned.eks(), budget());
    let roles: Vec<_> = (0..100).map(|number| format!("{ROLE}{number}")).collect();
    let reads = roles.iter().map(|role| eks.find_access_entry("dev", role, &budget));
    let found = futures_util::future::try_join_all(reads).await.unwrap();
    assert!(found.iter().all(Option::is_some));
    assert_eq!(canned.0.lock().unwrap().most_under_way, traffic::PLACES);
}

/// Each of its tries would be one more call that nobody paces.
#[tokio::test(start_paused = true)]
async fn the_sdk_does_not_try_again_what_is_throttled() {
    let canned = Canned::new([throttled(), entry(), error(500, "ServerException", "broken"), entry()]);
    let retries = RetryConfig::standard().with_max_attempts(5);
    let config = canned.config().retry_config(retries);
    let eks = Eks::new(Arc::new(Regional::new(config, "us-east-1".to_owned(), true))).fresh();
    let began = tokio::time::Instant::now();
    assert!(eks.find_access_entry("dev", ROLE, &budget()).await.unwrap().is_some());
    assert_eq!(began.elapsed().as_millis(), 100, "the pace is not ours");
    assert!(eks.find_access_entry("dev", ROLE, &budget()).await.unwrap().is_some());
    assert_eq!(canned.asked().len(), 4);
}
