//! Chats as they read, for snapshots and for who wonders why a test fails.

use std::fmt::Write as _;

use super::world::{Author, Message, World};

impl World {
    /// All chats in which something was said.
    pub fn transcripts(&self) -> String {
        let spoken = self.chats.values().filter(|chat| !chat.messages.is_empty());
        spoken.map(|chat| format!("── {} ──\n{}", chat.title, self.transcript(chat.id))).collect::<Vec<_>>().concat()
    }

    /// One chat: who said what, to whom, in which topic, with buttons and reactions. The bot's words are shown with
    /// their markup. Neither times nor numbers stand in it.
    pub fn transcript(&self, chat: i64) -> String {
        let mut text = String::new();
        for message in self.chat(chat).messages.values().filter(|message| message.service.is_none()) {
            self.write(chat, message, &mut text);
        }
        text
    }

    fn write(&self, chat: i64, message: &Message, text: &mut String) {
        let topic = message.topic.and_then(|topic| self.chat(chat).topics.get(&topic));
        let mut head = self.author(message.author);
        if let Some(topic) = topic {
            let _ = write!(head, " in {}", topic.name);
        }
        if let Some(to) = message.reply_to {
            let to = self.message(chat, to).map_or("(deleted)".into(), |to| self.quoted(to));
            let _ = write!(head, " ↩ {to}");
        }
        if message.edits > 0 && message.author != Author::Bot {
            head.push_str(" (edited)");
        }
        let _ = writeln!(text, "{head}:");
        if message.is_photo {
            text.push_str("    [picture]\n");
        }
        for line in message.source.lines() {
            let _ = writeln!(text, "{}", format!("    {line}").trim_end());
        }
        for row in &message.buttons {
            let labels: Vec<String> = row.iter().map(|(label, _)| format!("[{label}]")).collect();
            let _ = writeln!(text, "    {}", labels.join(" "));
        }
        if message.force_reply {
            text.push_str("    [asks for a reply]\n");
        }
        for (person, emoji) in message.reactions.iter().filter(|(_, emoji)| !emoji.is_empty()) {
            let _ = writeln!(text, "    {} {}", emoji.concat(), self.author(Author::Person(*person)));
        }
    }

    fn author(&self, author: Author) -> String {
        match author {
            Author::Bot => "Colega".into(),
            Author::Person(person) => {
                self.people.get(&person).map_or("(somebody)".into(), |person| person.name.clone())
            }
            Author::Anonymous => "(administrator)".into(),
            Author::OtherBot => "(another bot)".into(),
            Author::Channel => "(channel)".into(),
        }
    }

    fn quoted(&self, message: &Message) -> String {
        let mut words: String = message.text.chars().take(24).collect();
        if words.len() < message.text.len() {
            words.push('…');
        }
        format!("{} “{}”", self.author(message.author), words.replace('\n', " "))
    }
}
