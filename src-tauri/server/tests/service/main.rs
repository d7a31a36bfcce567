//! The server, asked as devices ask it, over every database that it knows: one list of stories for all.

mod cluster;
mod crowd;
mod device;
mod dice;
mod files;
mod house;
mod reports;
mod stories;
mod tls;
mod walls;

use house::House;

/// Each story over each database.
macro_rules! stories {
    ($($module:ident::$story:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let folder = tempfile::tempdir().expect("a folder");
                let house = crate::House::sqlite(folder.path()).await;
                crate::stories::$module::$story(house).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let house = crate::House::postgres().await;
                crate::stories::$module::$story(house).await;
            })*
        }
    };
}

stories! {
    pushes::what_is_pushed_comes_to_the_others_as_it_was
    pushes::a_push_that_comes_again_changes_nothing
    pushes::a_gap_and_a_fork_are_told_apart
    pushes::batches_may_be_cut_anew
    pushes::clocks_are_bounded_and_never_go_back
    pushes::what_is_refused_does_not_hold_the_rest_up
    pushes::another_devices_batch_may_be_handed_on
    sight::a_branch_sees_no_byte_of_another
    sight::pages_are_bounded_and_none_is_left_out
    sight::marks_of_another_log_are_noticed
    sight::a_device_sees_its_own_stream
    doors::a_code_is_good_for_one_device_and_in_time
    doors::a_code_is_not_used_up_by_who_cannot_come_in
    doors::who_is_shut_out_sees_nothing_and_what_it_pushes_is_kept
    doors::a_copied_book_goes_on_under_its_own_name
    doors::another_protocol_is_answered_with_ours
    doors::forged_and_cut_messages_get_nothing
    doors::nonsense_that_is_rightly_signed_breaks_nothing
    names::the_first_company_is_made_and_a_slip_makes_none
    names::a_company_is_renamed_and_removed_while_nothing_was_written
    names::what_a_shut_out_device_pushed_keeps_a_company
    names::a_branch_is_made_once_renamed_and_removed_while_nothing_is_its
    names::a_device_is_named_as_people_call_it
    names::a_branch_goes_or_a_device_comes_never_both
    names::two_who_come_with_one_code_at_once_are_told_apart
    quarantine::quarantine_has_an_end_for_one_and_for_all
    quarantine::quarantine_is_bounded_in_bytes
    rest::the_log_is_packed_closer_and_says_the_same
    tables::the_tables_are_what_the_log_adds_up_to
    tables::a_step_is_seen_as_a_whole
    tables::who_writes_on_a_card_keeps_it_out_of_the_trash
    erasure::of_an_erased_client_no_body_stays_anywhere
    erasure::a_late_device_brings_nobody_back
    erasure::an_erasure_is_confirmed_by_every_device
    erasure::an_erasure_in_several_branches_is_confirmed_by_the_devices_of_each
    erasure::more_erasures_than_are_told_at_once_are_said_to_be_more
    erasure::a_branch_erases_only_what_it_may_see
    erasure::an_erasure_goes_on_after_a_restart
    contents::a_branch_takes_no_content_of_another_away
    contents::a_piece_that_comes_while_its_record_is_erased_does_not_stay
    contents::a_content_that_was_altered_on_the_disk_is_noticed
    backups::a_backup_brings_all_of_it_back
    backups::a_server_without_a_certificate_of_its_own_is_backed_up_without
}
