//! A host that takes no calls from this page → what to run or set so that it does, ready to copy.
//!
//! For a self-hosted server that is its own setting, found by the port it usually listens on. For a provider it is a
//! gateway on the person's machine: LiteLLM where it knows the provider, else Caddy in front of the provider's address.
//! Both add the answer to the preflight and pass the stream through; the key goes through them to the provider.

use crate::types::{Dialect, Fix};
use url::Url;

/// Port that the commands let Caddy listen on.
const CADDY_PORT: u16 = 8088;
/// Port that LiteLLM listens on unless configured otherwise.
const LITELLM_PORT: u16 = 4000;

/// The commands for the host of `url`, called from a page of `page_origin`. `litellm` is LiteLLM's prefix for the
/// provider, such as `nvidia_nim`; empty where it has none.
pub fn fixes(url: &Url, local: bool, page_origin: &str, litellm: &str, dialect: Dialect) -> Vec<Fix> {
    if local {
        return server_settings(url.port_or_known_default(), page_origin);
    }
    let mut fixes = Vec::new();
    if !litellm.is_empty() {
        fixes.push(litellm_gateway(litellm, dialect));
    }
    fixes.push(caddy_gateway(url, page_origin));
    fixes
}

/// What a self-hosted server needs configured, by what usually listens on `port`.
fn server_settings(port: Option<u16>, origin: &str) -> Vec<Fix> {
    let ollama = || fix("Ollama", format!("OLLAMA_ORIGINS={origin} ollama serve"));
    let lm_studio = || fix("LM Studio", "lms server start --cors".to_owned());
    let llama_cpp = || fix("llama.cpp", format!("llama-server --cors-origins {origin}"));
    let vllm = || fix("vLLM", format!("vllm serve MODEL --allowed-origins '[\"{origin}\"]'"));
    let tgi =
        || fix("Text Generation Inference", format!("text-generation-launcher --cors-allow-origin {origin}"));
    match port {
        Some(11434) => vec![ollama()],
        Some(1234) => vec![lm_studio()],
        Some(8080 | 9931) => vec![llama_cpp()],
        Some(8000) => vec![vllm()],
        Some(3000) => vec![tgi()],
        _ => vec![ollama(), lm_studio(), llama_cpp(), vllm(), tgi()],
    }
}

fn litellm_gateway(prefix: &str, dialect: Dialect) -> Fix {
    let variable = format!("{}_API_KEY", prefix.to_ascii_uppercase().replace(['-', '/'], "_"));
    let path = dialect
        .spec()
        .litellm_path
        .map_or_else(|| format!("/v1 (API: {})", Dialect::OpenaiChat.label()), str::to_owned);
    fix(
        "LiteLLM",
        format!(
            "pip install 'litellm[proxy]'\n\
             cat > litellm.yaml <<'EOF'\n\
             model_list:\n\
             \x20 - model_name: \"*\"\n\
             \x20   litellm_params:\n\
             \x20     model: \"{prefix}/*\"\n\
             \x20     api_key: os.environ/{variable}\n\
             EOF\n\
             LITELLM_MASTER_KEY=sk-choose-one litellm --config litellm.yaml --host 127.0.0.1 --port {LITELLM_PORT}\n\
             # then enter http://localhost:{LITELLM_PORT}{path} as gateway base URL, and sk-choose-one as key"
        ),
    )
}

fn caddy_gateway(url: &Url, origin: &str) -> Fix {
    let upstream = url.origin().ascii_serialization();
    let path = base_path(url);
    fix(
        "Caddyfile",
        format!(
            ":{CADDY_PORT} {{\n\
             \x20 bind 127.0.0.1\n\
             \x20 header {{\n\
             \x20   Access-Control-Allow-Origin {origin}\n\
             \x20   Access-Control-Allow-Headers \"authorization, content-type, x-api-key, api-key, x-goog-api-key, anthropic-version, anthropic-beta, x-amz-date, x-amz-security-token\"\n\
             \x20   Access-Control-Allow-Methods \"GET, POST, OPTIONS\"\n\
             \x20   Access-Control-Expose-Headers \"retry-after, retry-after-ms, x-should-retry\"\n\
             \x20   defer\n\
             \x20 }}\n\
             \x20 @preflight method OPTIONS\n\
             \x20 respond @preflight 204\n\
             \x20 reverse_proxy {upstream} {{\n\
             \x20   header_up Host {{upstream_hostport}}\n\
             \x20   header_up -Origin\n\
             \x20   header_up -Referer\n\
             \x20   header_down -Access-Control-*\n\
             \x20   flush_interval -1\n\
             \x20 }}\n\
             }}\n\
             # save as Caddyfile, run `caddy run`, then enter http://localhost:{CADDY_PORT}{path} as gateway base URL"
        ),
    )
}

/// The path of the base URL that a request was made to, as far as it can be determined: up to the version.
fn base_path(url: &Url) -> String {
    let segments: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
    let version = segments.iter().rposition(|segment| {
        segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    version.map_or_else(String::new, |at| {
        segments.iter().take(at + 1).map(|segment| format!("/{segment}")).collect()
    })
}

fn fix(title: &str, text: String) -> Fix {
    Fix { title: title.to_owned(), text }
}
