// Short messages at the lower edge. They leave by themselves, but not while somebody reads them.

export interface ToastAction {
  label: string;
  run: () => void;
}

export interface Toast {
  id: number;
  tone: "plain" | "problem";
  title: string;
  /** A second, quieter line. */
  detail: string;
  action: ToastAction | undefined;
}

export const SHOWN_MS = 8000;
const MOST = 3;

let next = 1;
const timers = new Map<number, ReturnType<typeof setTimeout>>();
export const toasts = $state<{ list: Toast[] }>({ list: [] });

export function toast(toast: Partial<Omit<Toast, "id">> & { title: string }): number {
  const id = next++;
  const full: Toast = { id, tone: "plain", detail: "", action: undefined, ...toast };
  toasts.list = [...toasts.list, full].slice(-MOST);
  resume(id);
  return id;
}

export function dismiss(id: number): void {
  pause(id);
  toasts.list = toasts.list.filter((t) => t.id !== id);
}

export function dismissAll(): void {
  for (const t of toasts.list) pause(t.id);
  toasts.list = [];
}

/** The clock stands while the pointer or the focus is on the toast. */
export function pause(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

export function resume(id: number): void {
  pause(id);
  const shown = toasts.list.find((t) => t.id === id);
  const ms = shown?.tone === "problem" ? SHOWN_MS * 2 : SHOWN_MS;
  timers.set(id, setTimeout(() => dismiss(id), ms));
}
