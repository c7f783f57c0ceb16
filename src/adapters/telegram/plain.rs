//! Telegram's HTML as plain text, for when the server cannot read the markup.

/// `html` without its tags and with its entities resolved: those that Telegram knows and that `render` writes.
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        // A bracket that nothing closes is text.
        let Some(end) = rest[at..].find('>') else {
            rest = &rest[at..];
            break;
        };
        rest = &rest[at + end + 1..];
    }
    text.push_str(rest);
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_and_markup_goes() {
        assert_eq!(plain("<b>a</b> &lt;T&gt; <code>x &amp;&amp; y</code>"), "a <T> x && y");
        assert_eq!(plain("&amp;lt; <a href=\"https://x\">link</a>"), "&lt; link");
        assert_eq!(plain("1 < 2"), "1 < 2");
        assert_eq!(plain(""), "");
    }
}
