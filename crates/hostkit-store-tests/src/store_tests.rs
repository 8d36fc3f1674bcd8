//! A macro that defines the tests of a store in its crate.

/// Defines the tests of a store, and the test `child` that their child processes run.
#[macro_export]
macro_rules! store_tests {
    ($place:ty) => {
        /// The entry point of the child processes.
        #[test]
        fn child() {
            $crate::child::<$place>();
        }

        $crate::store_tests! { $place:
            many_processes_sign_in_once_for_each_expiry
            clients_that_held_the_expired_token_sign_in_once
            another_store_signs_in_again
            wrong_credentials_are_tried_once
            the_limit_holds_over_processes
            a_process_that_dies_while_it_signs_in_stops_the_others_until_its_deadline
            a_caller_that_gives_up_passes_the_sign_in_on_at_once
            processes_killed_at_any_moment_leave_whole_entries
        }
    };
    ($place:ty: $($test:ident)*) => { $(
        #[test]
        fn $test() {
            $crate::$test::<$place>();
        }
    )* };
}
