// The names by which tests find things. Components take them from here, so that they cannot drift.

export const T = {
  // the shell
  rail: "rail", navClients: "nav-clients", navHistory: "nav-history", navTrash: "nav-trash", navImport: "nav-import", navSettings: "nav-settings",
  demoBadge: "demo-badge", demoLeave: "demo-leave", status: "status-line", statusClients: "status-clients", newClient: "new-client",
  toast: "toast", toastAction: "toast-action", toastDismiss: "toast-dismiss", dialog: "dialog", dialogClose: "dialog-close", keysDialog: "keys-dialog",
  // search
  search: "search-input", searchPanel: "search-panel", searchHit: "search-hit", searchCommand: "search-command", searchAdd: "search-add", searchNone: "search-none",
  // client list
  list: "client-list", listRow: "client-row", listSort: "list-sort", listKind: "list-kind", listTag: "list-tag", listCount: "list-count", listEmpty: "list-empty",
  listEmptyNew: "list-empty-new", listEmptyImport: "list-empty-import", listClearFilter: "list-clear-filter",
  // card
  card: "client-card", cardName: "card-name", cardBack: "card-back", cardEdit: "card-edit", cardLog: "card-log", cardHistory: "card-history", cardTrash: "card-trash", cardRestore: "card-restore",
  cardNever: "card-never", cardExpects: "card-expects", cardPhone: "card-phone", cardEmail: "card-email", cardField: "card-field", cardTag: "card-tag", cardGone: "card-gone", copy: "copy", who: "who-changed",
  cardPrint: "card-print", sheet: "print-sheet", sheetNever: "print-never", sheetEntry: "print-entry",
  cardPerson: "card-person", cardPersonOf: "card-person-of", cardLink: "card-link", personLink: "person-link", personFind: "person-find", personLinked: "person-linked", personUnlink: "person-unlink",
  whoPanel: "who-panel", whoEntry: "who-entry",
  cardAccess: "card-access", access: "access", accessPdf: "access-pdf", accessHtml: "access-html", accessJson: "access-json",
  // form
  form: "client-form", formSave: "form-save", formCancel: "form-cancel", formProblem: "form-problem", formKindPerson: "form-kind-person", formKindCompany: "form-kind-company",
  field: "field", fieldProblem: "field-problem", addPhone: "add-phone", addEmail: "add-email", addMessenger: "add-messenger", addAddress: "add-address", addOtherName: "add-other-name", addContactPerson: "add-contact-person",
  removeRow: "remove-row", tagInput: "tag-input", tagChip: "tag-chip", leaveKeep: "leave-keep-editing", leaveDiscard: "leave-discard", leaveDraft: "leave-draft", draftNotice: "draft-notice", draftDiscard: "draft-discard",
  // own fields
  customField: "custom-field", cardCustom: "card-custom", ownField: "own-field", ownFieldAdd: "own-field-add", ownFieldEdit: "own-field-edit", ownFieldRemove: "own-field-remove", ownFieldUp: "own-field-up", ownFieldDown: "own-field-down",
  ownFieldForm: "own-field-form", ownFieldName: "own-field-name", ownFieldKind: "own-field-kind", ownFieldChoiceAdd: "own-field-choice-add", ownFieldSave: "own-field-save",
  // saved filters
  filterChoose: "filter-choose", filterNew: "filter-new", filterEdit: "filter-edit", filterDo: "filter-do", filterForm: "filter-form", filterName: "filter-name", filterJoin: "filter-join", filterAdd: "filter-add", filterOn: "filter-on", filterTest: "filter-test", filterValue: "filter-value",
  filterReorder: "filter-reorder", filterOrder: "filter-order", filterOrderRow: "filter-order-row", filterUp: "filter-up", filterDown: "filter-down",
  filterFinds: "filter-finds", filterSave: "filter-save", filterRemove: "filter-remove", filterBulk: "filter-bulk", filterTag: "filter-tag", filterBulkDo: "filter-bulk-do", filterBulkCancel: "filter-bulk-cancel",
  // contact history
  timeline: "timeline", entry: "contact-entry", entryText: "contact-text", entryEdit: "contact-edit", entryTrash: "contact-trash", timelineMore: "timeline-more", timelineEmpty: "timeline-empty",
  log: "quick-log", logKind: "log-kind", logDirection: "log-direction", logChannel: "log-channel", logWhen: "log-when", logNow: "log-now", logText: "log-text", logSave: "log-save", logCancel: "log-cancel",
  // duplicates
  duplicates: "duplicates", pair: "duplicate-pair", pairCompare: "duplicate-compare", pairNotSame: "duplicate-not-same", pairsEmpty: "duplicates-empty", pairsMore: "duplicates-more", pairsHint: "duplicates-hint", settingsDuplicates: "settings-duplicates",
  merge: "merge", mergeSide: "merge-side", mergeChoice: "merge-choice", mergeOption: "merge-option", mergeUnited: "merge-united", mergeSame: "merge-same", mergeSwap: "merge-swap", mergeDo: "merge-do", mergeNotSame: "merge-not-same", mergeCancel: "merge-cancel", mergeProblem: "merge-problem",
  cardMerge: "card-merge", cardMerged: "card-merged", cardApart: "card-take-apart", mergeWith: "merge-with", findInput: "find-input", findHit: "find-hit", findNone: "find-none", formLike: "form-like", formLikeRow: "form-like-row",
  attachments: "attachments", attachment: "attachment", attachmentAdd: "attachment-add", attachmentOpen: "attachment-open", attachmentSave: "attachment-save", attachmentPhoto: "attachment-photo", attachmentRemove: "attachment-remove", attachmentDrop: "attachment-drop", cardPhoto: "card-photo", picture: "picture", pictureProblem: "picture-problem",
  // import
  importChoose: "import-choose", importEverything: "import-everything", importWhatClients: "import-what-clients", importWhatHistory: "import-what-history",
  historyChoose: "history-choose", historyPreview: "history-preview", historyAdded: "history-added", historyThere: "history-there", historyRun: "history-run", historyResult: "history-result", importPreview: "import-preview", importColumn: "import-column", importEncoding: "import-encoding", importDelimiter: "import-delimiter", importHeader: "import-header", importSheet: "import-sheet", importSource: "import-source", importRefusedSave: "import-refused-save", importRemembered: "import-remembered", importRule: "import-rule", importMatch: "import-match", importRowRule: "import-row-rule", importSkipped: "import-count-skipped", importLost: "import-lost", importLostRow: "import-lost-row",
  importNew: "import-count-new", importMatched: "import-count-matched", importRefused: "import-count-refused", importSample: "import-sample", importRefusedRow: "import-refused-row",
  importRun: "import-run", importCancel: "import-cancel", importProgress: "import-progress", importResult: "import-result", importUndo: "import-undo", importAgain: "import-again", importShow: "import-show", importProblem: "import-problem", dropTarget: "drop-target",
  // history, trash
  historyRow: "history-row", historyUndo: "history-undo", historyOpen: "history-open", historyDetails: "history-details", historyChange: "history-change", historyMore: "history-more", historyEmpty: "history-empty",
  trashRow: "trash-row", trashRestore: "trash-restore", trashErase: "trash-erase", trashEraseDo: "trash-erase-do", trashEraseCancel: "trash-erase-cancel", trashEmpty: "trash-empty", trashReceipts: "trash-receipts",
  // settings
  settingsName: "settings-name", settingsCountry: "settings-country", settingsCurrency: "settings-currency", settingsSave: "settings-save", settingsLanguage: "settings-language", settingsTheme: "settings-theme", settingsProblem: "settings-problem",
  exportCsv: "export-csv", exportVcard: "export-vcard", exportXlsx: "export-xlsx", exportEverything: "export-everything", exportResult: "export-result", leftOut: "left-out", exportProgress: "export-progress", check: "book-check", checkReport: "check-report", bookClose: "book-close", bookOther: "book-other", version: "version", singleKeys: "single-keys",
  // head office
  office: "office", officeAbout: "office-about", officeDemo: "office-demo", officeDemoLeave: "office-demo-leave", officeCode: "office-code", officeDevice: "office-device", officeConnect: "office-connect", officeProblem: "office-problem", officeFacts: "office-facts", officeSaid: "office-said",
  officeWhy: "office-why", officeSync: "office-sync", officeLink: "office-link", officeLeave: "office-leave", officeLeaveDo: "office-leave-do", officeLeaveCancel: "office-leave-cancel", officeBack: "office-back", officeEmpty: "office-empty",
  exchangeRow: "exchange-row", exchangeMore: "exchange-more", conflict: "conflict", conflictKeep: "conflict-keep", conflictTake: "conflict-take", conflictClient: "conflict-client", conflictHint: "conflict-hint", cardConflicts: "card-conflicts",
  refused: "refused-change", refusedDiscard: "refused-discard", refusedDiscardDo: "refused-discard-do", refusedDiscardCancel: "refused-discard-cancel", device: "device", deviceRevoke: "device-revoke", deviceRevokeDo: "device-revoke-do", deviceRevokeCancel: "device-revoke-cancel", erasure: "erasure", erasuresMore: "erasures-more",
  branch: "branch", rowBranch: "client-row-branch", statusWaiting: "status-waiting", statusOffice: "status-office", statusConflicts: "status-conflicts",
  // welcome, locked
  welcome: "welcome", welcomeLanguage: "welcome-language", welcomeName: "welcome-name", welcomeCountry: "welcome-country", welcomeCurrency: "welcome-currency", welcomeCreate: "welcome-create",
  welcomeDemo: "welcome-demo", welcomeExport: "welcome-export", welcomeOpen: "welcome-open", welcomeProblem: "welcome-problem", recovery: "recovery", recoveryKey: "recovery-key", recoveryPrint: "recovery-print", recoveryCopy: "recovery-copy",
  recoveryConfirm: "recovery-confirm", recoveryContinue: "recovery-continue", recoveryProblem: "recovery-keyring-problem",
  locked: "locked", lockedKey: "locked-key", lockedOpen: "locked-open", lockedRetry: "locked-retry", lockedOther: "locked-other", lockedDemo: "locked-demo", lockedProblem: "locked-problem", lockedPath: "locked-path",
} as const;

export type TestId = (typeof T)[keyof typeof T];
