//! Credentials of the sandbox's accounts, which were never valid anywhere else.

/// The secret of every account of an API that is not simulated.
pub const SECRET: &str = "sandbox-secret-0001";

/// Clodo: the login.
pub const CLODO_LOGIN: &str = "sandbox";
/// Clodo: the key.
pub const CLODO_KEY: &str = "sandbox-clodo-key-0001";

/// Inferno: the client number.
pub const INFERNO_CLIENT: i64 = 1001;
/// Inferno: the key.
pub const INFERNO_KEY: &str = "sandbox-inferno-key-0001";
/// Inferno: the e-mail address for `getApiKey`.
pub const INFERNO_EMAIL: &str = "sandbox@example.org";
/// Inferno: the password for `getApiKey`.
pub const INFERNO_PASSWORD: &str = "sandbox-inferno-password";

/// RootPanel: the login.
pub const ROOTPANEL_LOGIN: &str = "sandbox";
/// RootPanel: the API key.
pub const ROOTPANEL_KEY: &str = "sandbox-rootpanel-key-0001";
/// RootPanel: the password, which may stand in for the key.
pub const ROOTPANEL_PASSWORD: &str = "sandbox-rootpanel-password";
/// RootPanel: login and password of the test account, which has no orders.
pub const ROOTPANEL_TEST: &str = "test";

/// Macloud: the e-mail address for `POST /auth`.
pub const MACLOUD_EMAIL: &str = "sandbox@example.org";
/// Macloud: the password for `POST /auth`.
pub const MACLOUD_PASSWORD: &str = "sandbox-macloud-password";
/// Macloud: a permanent token.
pub const MACLOUD_TOKEN: &str = "5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c5";
