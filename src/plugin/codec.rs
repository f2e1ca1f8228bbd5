//! How messages become bytes: as protobuf, in buffers that fit.

use std::marker::PhantomData;

use prost::Message;
use tonic::codec::{self, BufferSettings};
use tonic_prost::ProstCodec;

/// prost's codec. It would take two buffers of 8 kB for each call, and a call is smaller than one.
#[derive(Debug)]
pub struct Codec<T, U>(PhantomData<(T, U)>);

/// Bytes that a buffer has from the start. A longer message gets more.
const BUFFER: usize = 1 << 10;

/// Bytes of a stream that wait for more before they go out. tonic's own figure.
const YIELD: usize = 32 << 10;

impl<T, U> Default for Codec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> codec::Codec for Codec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = <ProstCodec<T, U> as codec::Codec>::Encoder;
    type Decoder = <ProstCodec<T, U> as codec::Codec>::Decoder;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::raw_encoder(BufferSettings::new(BUFFER, YIELD))
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstCodec::<T, U>::raw_decoder(BufferSettings::new(BUFFER, YIELD))
    }
}
