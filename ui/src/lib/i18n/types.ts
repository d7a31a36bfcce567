// What a language must bring: every key of English, and the plural forms of its own grammar.

import type { Condition, CustomKind, CustomTest, When, ErrorCode, HistoryColumn, StepLabel, ImportColumn, MatchedIn, ContactKind, Channel, Why } from "../bindings.gen";
import type { en } from "./en";

export interface Plural {
  one: string;
  other: string;
}
export interface SlavicPlural extends Plural {
  few: string;
  many: string;
}

export type English = typeof en;
export type Key = keyof English;
export type Messages<P extends Plural> = { [K in Key]: English[K] extends string ? string : P };

/** The names between braces in a text. */
type Names<S> = S extends `${string}{${infer N}}${infer Rest}` ? N | Names<Rest> : never;
type TextOf<K extends Key> = English[K] extends string ? English[K] : English[K] extends { other: infer O } ? O : never;
export type Params<K extends Key> = Names<TextOf<K>>;
export type Value = string | number;

/** A refusal in words: what happened, what is still safe, what to do. */
export interface ErrorWords {
  what: string;
  safe: string;
  todo: string;
}

/** A written step in words: without particulars, with its name or file, with two names, with its count. */
export interface StepWords<P extends Plural> {
  plain: string;
  named?: string;
  both?: string;
  counted?: P;
}

/** Words for the names that the program's own data use. */
export interface Words<P extends Plural> {
  steps: Record<StepLabel, StepWords<P>>;
  /** Fields of a card and of the tables behind it, by the last part of their name. */
  fields: Record<string, string>;
  /** Tables, as the thing that one row is. */
  entities: Record<string, string>;
  changes: Record<"add" | "set" | "inc" | "del" | "erase", string>;
  contactKinds: Record<ContactKind, string>;
  channels: Record<Channel, string>;
  columns: Record<ImportColumn, string>;
  historyColumns: Record<HistoryColumn, string>;
  matchedIn: Record<MatchedIn, string>;
  customKinds: Record<CustomKind, string>;
  filterOn: Record<Exclude<Condition["on"], "custom">, string>;
  filterTests: Record<"has" | "has_not" | "is" | When["is"] | CustomTest["is"], string>;
  why: Record<Why, string>;
  languages: Record<"en" | "ru" | "bg", string>;
}

export type Errors = Record<ErrorCode, ErrorWords>;
