//! How messages become bytes: as protobuf, in buffers that fit.

use prost::Message;
use prost::bytes::{Buf, Bytes};
use tonic::Status;
use tonic::codec::{self, BufferSettings, DecodeBuf, EncodeBuf};

/// Bytes that a buffer has from the start. A longer message gets more, and two buffers of tonic's own 8 kB are more than a call has.
const BUFFER: usize = 1 << 10;

/// Bytes of a stream that wait for more before they go out. tonic's own figure.
const YIELD: usize = 32 << 10;

/// One codec for messages of all types: what comes in stays bytes, and what goes out is any message.
#[derive(Clone, Copy, Debug)]
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
