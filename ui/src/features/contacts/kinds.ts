// The kinds of a contact: their icons, and the channel and direction that each suggests.

import DoorOpen from "@lucide/svelte/icons/door-open";
import Frown from "@lucide/svelte/icons/frown";
import Gift from "@lucide/svelte/icons/gift";
import Mail from "@lucide/svelte/icons/mail";
import MessageCircle from "@lucide/svelte/icons/message-circle";
import Phone from "@lucide/svelte/icons/phone";
import StickyNote from "@lucide/svelte/icons/sticky-note";
import type { Component } from "svelte";
import type { Channel, ContactDraft, ContactKind, Direction } from "$lib/bindings.gen";

export const KINDS: readonly ContactKind[] = ["call", "message", "email", "walk_in", "note", "complaint", "offer"];
export const CHANNELS: readonly Channel[] = ["phone", "viber", "whatsapp", "telegram", "sms", "email", "web", "in_person", "other"];

export const ICONS: Record<ContactKind, Component> = {
  call: Phone, message: MessageCircle, email: Mail, walk_in: DoorOpen, note: StickyNote, complaint: Frown, offer: Gift,
};

const USUAL: Record<ContactKind, { channel: Channel | null; direction: Direction | null }> = {
  call: { channel: "phone", direction: "in" },
  message: { channel: "viber", direction: "in" },
  email: { channel: "email", direction: "in" },
  walk_in: { channel: "in_person", direction: "in" },
  note: { channel: null, direction: null },
  complaint: { channel: "in_person", direction: "in" },
  offer: { channel: null, direction: "out" },
};

/** The draft after another kind was chosen: with what goes with it as a rule. */
export function withKind(draft: ContactDraft, kind: ContactKind): ContactDraft {
  return { ...draft, kind, ...USUAL[kind] };
}
