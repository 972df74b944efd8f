//! A simulator, a receiver in the product's place, and everything between them.

mod control;
mod daraja;
mod faults;
mod support;
mod whatsapp;
