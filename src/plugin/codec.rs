//! How messages become bytes: as protobuf, in buffers that fit.

use std::marker::PhantomData;

use prost::Message;
use prost::bytes::{Buf, Bytes};
use tonic::Status;
use tonic::codec::{self, BufferSettings, DecodeBuf, EncodeBuf};
use tonic_prost::ProstCodec;

/// prost's codec for messages of two types, as the generated code wants one. It would take two buffers of 8 kB for each call,
/// and a call is smaller than one.
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
        ProstCodec::<T, U>::raw_encoder(buffers())
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstCodec::<T, U>::raw_decoder(buffers())
    }
}

/// One codec for messages of all types: what comes in stays bytes, and what goes out is any message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AnyCodec;

/// A message on its way out.
pub(super) type Outgoing = Box<dyn AnyMessage>;

/// A message of any type, to be written.
pub(super) trait AnyMessage: Send {
    fn write(&self, to: &mut EncodeBuf<'_>) -> Result<(), Status>;
}

impl<M: Message> AnyMessage for M {
    fn write(&self, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        self.encode(to).map_err(|error| Status::internal(error.to_string()))
    }
}

impl codec::Codec for AnyCodec {
    type Encode = Outgoing;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl codec::Encoder for AnyCodec {
    type Item = Outgoing;
    type Error = Status;

    fn encode(&mut self, message: Outgoing, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message.write(to)
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

impl codec::Decoder for AnyCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

fn buffers() -> BufferSettings {
    BufferSettings::new(BUFFER, YIELD)
}
