use crate::types::AuthKind;

/// Ways to show a key: the name that settings use, and the label; in the order shown.
pub const AUTHS: [(AuthKind, &str, &str); 8] = [
    (AuthKind::Default, "default", n!("API default")),
    (AuthKind::Bearer, "bearer", "Authorization: Bearer"),
    (AuthKind::XApiKey, "x-api-key", n!("x-api-key header")),
    (AuthKind::ApiKey, "api-key", n!("api-key header")),
    (AuthKind::XGoogApiKey, "x-goog-api-key", n!("x-goog-api-key header")),
    (AuthKind::ApiKeyScheme, "api-key-scheme", "Authorization: Api-Key"),
    (AuthKind::SigV4, "sig-v4", n!("AWS signature (SigV4)")),
    (AuthKind::None, "none", n!("No authentication")),
];

/// The way of that name.
pub fn auth_named(name: &str) -> AuthKind {
    AUTHS.iter().find(|(_, known, _)| *known == name).map(|(auth, ..)| *auth).unwrap_or_default()
}

/// The name of a way.
pub fn auth_name(auth: AuthKind) -> &'static str {
    AUTHS.iter().find(|(known, ..)| *known == auth).map_or("default", |(_, name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_settings() {
        for (auth, name, _) in AUTHS {
            assert_eq!(serde_json::to_string(&auth).unwrap(), format!("\"{name}\""));
            assert_eq!((auth_named(name), auth_name(auth)), (auth, name));
        }
    }
}
