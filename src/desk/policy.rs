//! Who may ask, where, and what they may be shown.

use serde::{Deserialize, Serialize};

use super::event::Way;
use crate::place::{Person, Place, PlaceKind};
use crate::question::{ChatId, Language, Reach, UserId};
use crate::rule_policy::RulePolicy;

/// Who may write to Colega directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectPolicy {
    /// Everybody.
    #[default]
    Open,
    /// Those in `users` and `admins`.
    Allowlist,
    /// Those, and whoever an administrator let in with `/pair CODE`.
    Pairing,
}

/// One channel or chat that differs from the others, `[[discord.channel]]` and `[[telegram.chat]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelSettings {
    /// Its number.
    pub id: String,
    /// Whether every message in it is a question, without a mention.
    pub always: bool,
    /// The language to answer in, whatever the question's.
    pub language: Option<Language>,
    /// Scopes of passages that may be shown there, besides passages without a scope.
    pub scopes: Vec<String>,
    /// Only sources below these paths; empty for all.
    pub sources: Vec<String>,
    /// Only these topics; empty for all.
    pub topics: Vec<String>,
    /// What rules of the guard do there, in place of what `[guard.policy]` says.
    pub guard: RulePolicy,
}

/// The rules of one platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Servers in which Colega answers; empty for all.
    pub guilds: Vec<String>,
    /// Channels or groups in which Colega answers; empty for all. DMs are not meant.
    pub chats: Vec<String>,
    /// Roles, of which an asker needs one (or a place in `users`); empty for no such rule.
    pub roles: Vec<String>,
    /// People who may ask; empty for everybody.
    pub users: Vec<String>,
    /// People who may give an administrator's commands; they may always ask.
    pub admins: Vec<String>,
    /// Who may write directly.
    pub direct: DirectPolicy,
    /// The language to answer in, whatever the question's.
    pub language: Option<Language>,
    /// Channels that differ.
    pub channels: Vec<ChannelSettings>,
    /// The channel or group where the weekly list of gaps goes.
    pub gaps_to: Option<ChatId>,
}

/// Whether somebody may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// They may.
    Granted,
    /// They may not; Colega stays silent, so that it does not speak where it was not asked.
    Denied,
    /// They may once an administrator has let them in.
    NeedsPairing,
}

impl Policy {
    /// Whether `person` may ask in `place`. `is_paired`: an administrator let them in.
    pub fn admits(&self, person: &Person, place: &Place, is_paired: bool) -> Admission {
        if self.is_admin(&person.id) {
            return Admission::Granted;
        }
        let listed = self.users.contains(&person.id.0) || person.roles.iter().any(|role| self.roles.contains(role));
        if place.kind == PlaceKind::Direct {
            return match self.direct {
                DirectPolicy::Open if listed || (self.users.is_empty() && self.roles.is_empty()) => Admission::Granted,
                DirectPolicy::Allowlist | DirectPolicy::Pairing if listed => Admission::Granted,
                DirectPolicy::Pairing if is_paired => Admission::Granted,
                DirectPolicy::Pairing => Admission::NeedsPairing,
                DirectPolicy::Open | DirectPolicy::Allowlist => Admission::Denied,
            };
        }
        let chats = [Some(&place.chat), place.parent.as_ref()];
        let here = self.chats.is_empty() || chats.iter().flatten().any(|chat| self.chats.contains(&chat.0));
        let guild = self.guilds.is_empty() || place.guild.as_ref().is_some_and(|guild| self.guilds.contains(guild));
        let anybody = self.users.is_empty() && self.roles.is_empty();
        if here && guild && (anybody || listed) { Admission::Granted } else { Admission::Denied }
    }

    /// Whether a message that addresses Colega in this `way` is a question. `is_own_thread`: Colega's answer began it.
    pub fn answers(&self, way: Way, place: &Place, is_own_thread: bool) -> bool {
        match way {
            Way::Mention | Way::Reply | Way::Direct => true,
            Way::Overheard => is_own_thread || self.channel(place).is_some_and(|channel| channel.always),
        }
    }

    /// Whether `user` may give an administrator's commands.
    pub fn is_admin(&self, user: &UserId) -> bool {
        self.admins.contains(&user.0)
    }

    /// Which passages may be shown in `place`.
    pub fn reach(&self, place: &Place) -> Reach {
        self.channel(place).map_or_else(Reach::default, |channel| Reach {
            scopes: channel.scopes.clone(),
            sources: channel.sources.clone(),
            topics: channel.topics.clone(),
        })
    }

    /// What the rules of the guard do in `place`, other than everywhere.
    pub fn rules(&self, place: &Place) -> RulePolicy {
        self.channel(place).map(|channel| channel.guard.clone()).unwrap_or_default()
    }

    /// The language that is fixed for `place`.
    pub fn language(&self, place: &Place) -> Option<Language> {
        self.channel(place).and_then(|channel| channel.language).or(self.language)
    }

    /// Where the weekly list of gaps goes.
    pub fn gaps_place(&self) -> Option<Place> {
        let chat = self.gaps_to.clone()?;
        Some(Place { chat, topic: None, parent: None, guild: None, kind: PlaceKind::Group })
    }

    /// The settings of a place of its own, else those of the channel that a thread belongs to.
    fn channel(&self, place: &Place) -> Option<&ChannelSettings> {
        let find = |chat: &ChatId| self.channels.iter().find(|channel| channel.id == chat.0);
        find(&place.chat).or_else(|| place.parent.as_ref().and_then(find))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(kind: PlaceKind) -> Place {
        Place { chat: ChatId("10".into()), topic: None, parent: None, guild: None, kind }
    }

    fn person(id: &str, roles: &[&str]) -> Person {
        Person { id: UserId(id.into()), roles: roles.iter().map(|&role| role.to_owned()).collect(), language: None }
    }

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn everybody_may_ask_everywhere_unless_told_otherwise() {
        let policy = Policy::default();
        for kind in [PlaceKind::Direct, PlaceKind::Group, PlaceKind::Thread] {
            assert_eq!(policy.admits(&person("1", &[]), &place(kind), false), Admission::Granted, "{kind:?}");
        }
    }

    #[test]
    fn channels_guilds_roles_and_users_narrow_each_other() {
        let policy = Policy {
            guilds: strings(&["7"]),
            chats: strings(&["10"]),
            roles: strings(&["backend"]),
            users: strings(&["1"]),
            admins: strings(&["9"]),
            ..Policy::default()
        };
        let in_guild = Place { guild: Some("7".into()), ..place(PlaceKind::Group) };
        let thread = Place { chat: ChatId("11".into()), parent: Some(ChatId("10".into())), ..in_guild.clone() };
        let check = |person: Person, place: &Place, expected| {
            assert_eq!(policy.admits(&person, place, false), expected, "{person:?} in {place:?}");
        };
        check(person("1", &[]), &in_guild, Admission::Granted);
        check(person("2", &["backend"]), &in_guild, Admission::Granted);
        check(person("2", &["backend"]), &thread, Admission::Granted);
        check(person("2", &["design"]), &in_guild, Admission::Denied);
        check(person("1", &[]), &Place { chat: ChatId("12".into()), ..in_guild.clone() }, Admission::Denied);
        check(person("1", &[]), &place(PlaceKind::Group), Admission::Denied);
        check(person("9", &[]), &place(PlaceKind::Group), Admission::Granted);
        check(person("2", &[]), &place(PlaceKind::Direct), Admission::Denied);
        check(person("1", &[]), &place(PlaceKind::Direct), Admission::Granted);
    }

    #[test]
    fn direct_messages_can_need_a_place_on_the_list_or_a_code() {
        let policy = |direct| Policy { direct, users: strings(&["1"]), ..Policy::default() };
        let direct = place(PlaceKind::Direct);
        let allowlist = policy(DirectPolicy::Allowlist);
        assert_eq!(allowlist.admits(&person("1", &[]), &direct, false), Admission::Granted);
        assert_eq!(allowlist.admits(&person("2", &[]), &direct, true), Admission::Denied);
        let pairing = policy(DirectPolicy::Pairing);
        assert_eq!(pairing.admits(&person("2", &[]), &direct, false), Admission::NeedsPairing);
        assert_eq!(pairing.admits(&person("2", &[]), &direct, true), Admission::Granted);
    }

    #[test]
    fn what_is_overheard_is_answered_only_where_a_setting_or_an_own_thread_says_so() {
        let always = ChannelSettings { id: "10".into(), always: true, ..ChannelSettings::default() };
        let policy = Policy { channels: vec![always], ..Policy::default() };
        let (here, elsewhere) =
            (place(PlaceKind::Group), Place { chat: ChatId("20".into()), ..place(PlaceKind::Group) });
        assert!(policy.answers(Way::Overheard, &here, false));
        assert!(!policy.answers(Way::Overheard, &elsewhere, false));
        assert!(policy.answers(Way::Overheard, &elsewhere, true));
        assert!(policy.answers(Way::Mention, &elsewhere, false));
    }

    #[test]
    fn a_thread_has_the_settings_of_its_channel() {
        let channel = ChannelSettings {
            id: "10".into(),
            language: Some(Language::Spanish),
            topics: strings(&["apis"]),
            ..ChannelSettings::default()
        };
        let policy = Policy { channels: vec![channel], language: Some(Language::English), ..Policy::default() };
        let thread = Place { chat: ChatId("11".into()), parent: Some(ChatId("10".into())), ..place(PlaceKind::Thread) };
        assert_eq!(policy.language(&thread), Some(Language::Spanish));
        assert_eq!(policy.reach(&thread).topics, ["apis"]);
        let elsewhere = Place { chat: ChatId("12".into()), ..place(PlaceKind::Group) };
        assert_eq!(policy.language(&elsewhere), Some(Language::English));
    }
}
