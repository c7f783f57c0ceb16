//! The secrets with which an adapter logs in: found in a variable, a file or a systemd credential, and never shown.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fmt, fs};

use anyhow::{Context as _, Result, bail};

/// A bot's token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token that is at hand already, such as a test's.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The secret itself, for the request that needs it and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The token in the variable `variable`, else in `file`, else in the systemd credential `credential`
/// (<https://systemd.io/CREDENTIALS/>). `None` means that the adapter is not wanted.
///
/// # Errors
/// A file that is named or passed on cannot be read, or what it holds is no token.
pub fn find(variable: &str, file: Option<&Path>, credential: &str) -> Result<Option<Token>> {
    find_in(|name| env::var_os(name), variable, file, credential)
}

fn find_in(
    variables: impl Fn(&str) -> Option<OsString>,
    variable: &str,
    file: Option<&Path>,
    credential: &str,
) -> Result<Option<Token>> {
    if let Some(value) = variables(variable).filter(|value| !value.is_empty()) {
        let value = value.into_string().ok().with_context(|| format!("the variable {variable} is not UTF-8"))?;
        return parse(&value).with_context(|| format!("the variable {variable}")).map(Some);
    }
    if let Some(file) = file {
        return read(file).map(Some);
    }
    let passed_on = variables("CREDENTIALS_DIRECTORY").map(|folder| PathBuf::from(folder).join(credential));
    passed_on.filter(|file| file.exists()).map(|file| read(&file)).transpose()
}

fn read(file: &Path) -> Result<Token> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read the token in {}", file.display()))?;
    parse(&text).with_context(|| format!("{}", file.display()))
}

fn parse(text: &str) -> Result<Token> {
    let token = text.trim();
    if token.is_empty() {
        bail!("there is no token in it; put the bot's token there, alone");
    }
    if !token.chars().all(|c| c.is_ascii_graphic()) {
        bail!(
            "what it holds is no token: there is a space or a special character within; put the bot's token there, alone"
        );
    }
    Ok(Token(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_with(variables: &[(&str, &str)], file: Option<&Path>) -> Result<Option<Token>> {
        let look = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        find_in(look, "BOT_TOKEN", file, "bot_token")
    }

    #[test]
    fn a_variable_wins_over_a_file_and_a_file_over_a_credential() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("named");
        fs::write(&file, "of-the-file\n").expect("written");
        fs::write(folder.path().join("bot_token"), "of-the-credential\n").expect("written");
        let credentials = ("CREDENTIALS_DIRECTORY", folder.path().to_str().expect("UTF-8"));
        let check = |variables: &[(&str, &str)], file: Option<&Path>, expected: Option<&str>| {
            assert_eq!(find_with(variables, file).expect("readable"), expected.map(Token::new));
        };
        check(&[("BOT_TOKEN", " of-the-variable\n"), credentials], Some(&file), Some("of-the-variable"));
        check(&[("BOT_TOKEN", ""), credentials], Some(&file), Some("of-the-file"));
        check(&[credentials], None, Some("of-the-credential"));
        check(&[], None, None);
    }

    #[test]
    fn what_is_no_token_is_refused_without_being_repeated() {
        let secret = "123:abc def";
        let error = format!("{:#}", find_with(&[("BOT_TOKEN", secret)], None).expect_err("refused"));
        assert!(error.contains("BOT_TOKEN") && !error.contains("abc"), "{error}");
        let error = format!("{:#}", find_with(&[], Some(Path::new("/nowhere/token"))).expect_err("refused"));
        assert!(error.contains("/nowhere/token"), "{error}");
    }

    #[test]
    fn debug_output_hides_it() {
        assert_eq!(format!("{:?}", Token::new("secret")), "Token(…)");
    }
}
