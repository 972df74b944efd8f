use super::new_enough;

#[test]
fn a_node_that_is_too_old_for_the_tools_is_told_from_one_that_is_not() {
    assert!(new_enough("v20.19.2\n"));
    assert!(new_enough("v22.0.0"));
    assert!(!new_enough("v20.18.9"));
    assert!(!new_enough("v8.99.0"));
    assert!(!new_enough("nonsense"));
}
