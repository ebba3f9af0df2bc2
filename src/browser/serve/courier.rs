//! The courier's work: the verbs are `courier`'s, this hands them over.

use crate::browser::network::Browser;
use crate::courier::Courier;
use crate::worker::protocol::ToCourier;
use crate::worker::{Request, serve, serve_port};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Serves the network.
pub fn courier() {
    let courier = Rc::new(Courier::new(Browser::default()));
    serve(move |request: Request<ToCourier>| {
        let courier = Rc::clone(&courier);
        match (&request.body, request.port()) {
            (ToCourier::Serve(_), Some(port)) => {
                // The engine may have vectors made and passages scored, and nothing else.
                serve_port(&port, move |request: Request<ToCourier>| {
                    if matches!(request.body, ToCourier::Embed(_) | ToCourier::Rerank(_)) {
                        spawn_local(answer(Rc::clone(&courier), request));
                    }
                });
            }
            _ => spawn_local(answer(courier, request)),
        }
    });
}

async fn answer(courier: Rc<Courier<Browser>>, request: Request<ToCourier>) {
    let reply = &request.reply;
    match &request.body {
        ToCourier::Serve(_) => {}
        ToCourier::PutEvidence(call) => {
            courier.put_evidence(call.0.clone());
            reply.to(call).send(&());
        }
        ToCourier::Chat(call) => {
            let reply = reply.to(call);
            courier.chat(call, &request.stop, &|update| reply.send(&update)).await;
        }
        ToCourier::BuildPrompt(call) => reply.to(call).send(&courier.build_prompt(call)),
        ToCourier::Embed(call) => {
            let reply = reply.to(call);
            courier.embed(call, &request.stop, &|update, bytes| reply.send_with(&update, bytes)).await;
        }
        ToCourier::Rerank(call) => {
            let reply = reply.to(call);
            courier.rerank(call, &request.stop, &|update| reply.send(&update)).await;
        }
        ToCourier::Check(call) => {
            let reply = reply.to(call);
            courier.check(call, &|checked| reply.send(&checked)).await;
        }
        ToCourier::ListProviders(call) => reply.to(call).send(&Ok(courier.providers().await)),
        ToCourier::SetKey(call) => reply.to(call).send(&courier.set_key(call).await),
        ToCourier::ListKeys(call) => reply.to(call).send(&courier.keys().await),
        ToCourier::ForgetKey(call) => reply.to(call).send(&courier.forget_key(&call.0).await),
        ToCourier::ForgetAllKeys(call) => reply.to(call).send(&courier.forget_all_keys().await),
        ToCourier::UseVault(call) => {
            reply.to(call).send(&courier.use_vault(call.0.clone()).await);
            courier.watch_vault().await;
        }
        ToCourier::ListSent(call) => reply.to(call).send(&Ok(courier.sent_since(call.since))),
        ToCourier::ListPrices(call) => reply.to(call).send(&Ok(courier.prices(&call.0).await)),
        ToCourier::GetSpending(call) => reply.to(call).send(&Ok(courier.spending().await)),
        ToCourier::SetLimits(call) => reply.to(call).send(&courier.set_limits(call.0).await),
        ToCourier::SetPrice(call) => {
            let set = courier.set_price(&call.provider, &call.model, call.price.clone());
            reply.to(call).send(&set.await);
        }
        ToCourier::RefreshPrices(call) => reply.to(call).send(&courier.refresh_prices(call.0).await),
        ToCourier::GetHealth(call) => reply.to(call).send(&courier.health().await),
        ToCourier::ClearHealth(call) => reply.to(call).send(&courier.clear_health().await),
    }
}
