//! The record in memory keeps the promises of the record of conversations.

use ratiba_conversation::event::{ConversationEvent, ConversationTask, Due};
use ratiba_conversation::test_support::contracts::knowledge::{KnowledgeWorld, knowledge_contract};
use ratiba_conversation::test_support::contracts::personality::personality_contract;
use ratiba_conversation::test_support::contracts::{World, conversation_record_contract};
use ratiba_conversation::test_support::desks::FakeProfile;
use ratiba_conversation::test_support::knowledge::InMemoryKnowledge;
use ratiba_conversation::test_support::record::InMemoryRecord;
use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::{block_on, tenant};

struct InMemory(InMemoryRecord);

impl World for InMemory {
    type Record = InMemoryRecord;

    fn record(&self) -> &InMemoryRecord {
        &self.0
    }

    fn tenant(&self) -> TenantId {
        tenant(1)
    }

    fn neighbour(&self) -> TenantId {
        tenant(2)
    }

    async fn tasks(&self, tenant: TenantId) -> Vec<Due<ConversationTask>> {
        self.0.tasks(tenant)
    }

    async fn events(&self, tenant: TenantId) -> Vec<ConversationEvent> {
        self.0.events(tenant)
    }
}

#[test]
fn the_record_in_memory_keeps_the_contract() {
    block_on(conversation_record_contract(async || {
        let record = InMemoryRecord::default();
        record.route_to("number-1", tenant(1));
        InMemory(record)
    }));
}

struct Told(InMemoryKnowledge);

impl KnowledgeWorld for Told {
    type Book = InMemoryKnowledge;

    fn book(&self) -> &InMemoryKnowledge {
        &self.0
    }

    fn tenant(&self) -> TenantId {
        tenant(1)
    }

    fn neighbour(&self) -> TenantId {
        tenant(2)
    }
}

#[test]
fn the_knowledge_in_memory_keeps_the_contract() {
    block_on(knowledge_contract(async || Told(InMemoryKnowledge::default())));
}

#[test]
fn personalities_in_memory_keep_the_contract() {
    block_on(personality_contract(
        &FakeProfile::default(),
        tenant(1),
        tenant(2),
    ));
}
