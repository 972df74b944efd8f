//! A simulator, a receiver in the product's place, and everything between them.

mod by_hand;
mod codes;
mod control;
mod daraja;
mod faults;
mod operator;
mod payroll;
mod pesapal;
mod support;
mod whatsapp;
