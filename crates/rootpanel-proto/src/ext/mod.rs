//! The hoster's trial access, which a spec cannot say: it is a value, not a kind of credentials.

use crate::Credentials;

/// Login and password of the trial access, as the document gives them (2.2).
const TEST: &str = "test";

impl Credentials {
    /// The hoster's trial access. Nothing is charged, nothing is done, and it knows no real order.
    ///
    /// It is reached at the same address as real accounts. A client keeps the credentials that it was made with, so one
    /// made with these never spends, and what it is told says nothing about real orders.
    ///
    /// ```
    /// use rootpanel_proto::Credentials;
    ///
    /// assert!(Credentials::test().is_test());
    /// assert!(!Credentials::api_key("example", "example-key").is_test());
    /// ```
    pub fn test() -> Self {
        Self::password(TEST, TEST)
    }

    /// Whether these are the trial access: a program asks before it calls an order real.
    pub fn is_test(&self) -> bool {
        match self {
            Self::ApiKey { .. } => false,
            Self::Password { login, password } => login == TEST && password.expose() == TEST,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Credentials;

    #[test]
    fn only_login_and_password_together_are_the_trial_access() {
        assert!(Credentials::test().is_test());
        assert!(!Credentials::password("test", "another").is_test());
        assert!(!Credentials::password("example", "test").is_test());
        assert!(!Credentials::api_key("test", "test").is_test());
    }
}
