//! What is done in a transaction: a future that borrows the transaction and what its maker borrows.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that lives as long as its transaction, `'t`, and may borrow what lives longer, `'a`. An async closure would
/// read better, but the compiler cannot yet see that such a one may move between threads.
pub struct Work<'a, 't, T> {
    future: Pin<Box<dyn Future<Output = T> + Send + 't>>,
    outlives: PhantomData<&'t &'a ()>,
}

/// Makes work of a future.
pub fn work<'a, 't, T>(future: impl Future<Output = T> + Send + 't) -> Work<'a, 't, T> {
    Work { future: Box::pin(future), outlives: PhantomData }
}

impl<T> Future for Work<'_, '_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.future.as_mut().poll(context)
    }
}
