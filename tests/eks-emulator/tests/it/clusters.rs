//! CreateCluster: what is shown again, what is named, and how many clusters there may be.

use eks_emulator::{Emulator, Options};
use hyper::Method;
use serde_json::{Value, json};

use crate::http::{Reply, send};

async fn create(emulator: &Emulator, name: &str, members: &[(&str, Value)]) -> Reply {
    let mut body = json!({
        "name": name,
        "roleArn": "arn:aws:iam::111122223333:role/eks",
        "resourcesVpcConfig": {"subnetIds": ["subnet-1"]},
        "accessConfig": {"authenticationMode": "API"},
    });
    for (member, value) in members {
        body[member] = value.clone();
    }
    send(&emulator.url(), Method::POST, "/clusters", &body.to_string()).await.unwrap()
}

#[tokio::test]
async fn a_member_that_nothing_here_models_is_named() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    for (member, value) in [
        ("outpostConfig", json!({"outpostArns": ["arn"]})),
        ("deletionProtection", json!(true)),
        ("controlPlaneScalingConfig", json!({"tier": "standard"})),
        ("somethingOfTomorrow", json!(1)),
    ] {
        let reply = create(&emulator, "dev", &[(member, value)]).await;
        assert_eq!((reply.status, reply.message().contains(member)), (501, true), "{}", reply.body);
    }
    assert_eq!(emulator.cluster("dev"), None);
}

#[tokio::test]
async fn a_member_that_changes_nothing_is_let_pass() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let harmless = [
        ("clientRequestToken", json!("one")),
        ("bootstrapSelfManagedAddons", json!(false)),
        ("deletionProtection", json!(false)),
        ("outpostConfig", Value::Null),
    ];
    let reply = create(&emulator, "dev", &harmless).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[tokio::test]
async fn a_cluster_is_shown_as_it_was_asked_for() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let key = json!({"keyArn": "arn:aws:kms:us-east-1:111122223333:key/k"});
    let given = [
        ("computeConfig", json!({"enabled": false})),
        ("encryptionConfig", json!([{"resources": ["secrets"], "provider": key}])),
        ("logging", json!({"clusterLogging": [{"types": ["audit"], "enabled": true}]})),
        ("remoteNetworkConfig", json!({"remoteNodeNetworks": [{"cidrs": ["10.80.0.0/16"]}]})),
        ("storageConfig", json!({"blockStorage": {"enabled": false}})),
        ("upgradePolicy", json!({"supportType": "STANDARD"})),
        ("zonalShiftConfig", json!({"enabled": true})),
    ];
    let merged = [
        ("kubernetesNetworkConfig", json!({"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": null})),
        ("resourcesVpcConfig", json!({"subnetIds": ["subnet-2"], "endpointPrivateAccess": true})),
    ];
    let created = create(&emulator, "dev", &[&given[..], &merged[..]].concat()).await.json();
    let shown = emulator.cluster("dev").unwrap();
    for (member, value) in given {
        assert_eq!((&created["cluster"][member], &shown[member]), (&value, &value));
    }
    assert_eq!(shown["kubernetesNetworkConfig"], json!({"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"}));
    let vpc = &shown["resourcesVpcConfig"];
    assert_eq!((&vpc["subnetIds"], &vpc["endpointPrivateAccess"]), (&json!(["subnet-2"]), &json!(true)));
    assert_eq!((&vpc["endpointPublicAccess"], vpc["vpcId"].is_string()), (&json!(true), true));
}

#[tokio::test]
async fn a_region_is_full_for_those_who_call_create_cluster() {
    let clusters = vec![("start".to_owned(), "API".to_owned())];
    let emulator = Emulator::start(Options { clusters, ..Options::default() }).await.unwrap();
    emulator.put_cluster_in("eu-central-1", "elsewhere", "API");
    emulator.settings(json!({"max_clusters_per_region": 2})).unwrap();
    assert_eq!(create(&emulator, "second", &[]).await.status, 200);
    let reply = create(&emulator, "third", &[]).await;
    assert_eq!((reply.status, reply.error.as_str()), (400, "ResourceLimitExceededException"));
    assert_eq!(create(&emulator, "second", &[]).await.status, 409);
    emulator.put_cluster("fourth", "API");
    emulator.settings(json!({"max_clusters_per_region": 3})).unwrap();
    assert_eq!(create(&emulator, "third", &[]).await.status, 400, "that of the control API counts");
}
