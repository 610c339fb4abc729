using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Owns one native handle. Freed by <see cref="Dispose"/>, by its scope's end, or, late, by the finalizer.</summary>
    public partial class Tensor : IDisposable
    {
        static long s_totalCount;
        nint _handle;

        internal Tensor(nint handle)
        {
            _handle = handle;
            Interlocked.Increment(ref s_totalCount);
            DisposeScope.Register(this);
        }

        ~Tensor() => Free();

        public static long TotalCount => Interlocked.Read(ref s_totalCount);

        public IntPtr Handle => _handle != 0 ? _handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        public bool IsInvalid => _handle == 0;

        public long[] shape => size();

        public long ndim => dim();

        public ScalarType dtype => (ScalarType)Description.ScalarType;

        public bool requires_grad
        {
            get => Description.RequiresGrad != 0;
            set
            {
                TensorHandle.SetRequiresGrad(Handle, value);
                GC.KeepAlive(this);
            }
        }

        internal DisposeScope? OwningDisposeScope { get; set; }

        internal Tensor? NextInScope { get; set; }

        internal Tensor? PreviousInScope { get; set; }

        TensorHandle.Description Description
        {
            get
            {
                var description = TensorHandle.Describe(Handle);
                GC.KeepAlive(this);
                return description;
            }
        }

        public long dim() => Description.Dimensions;

        public long numel() => Description.Elements;

        public unsafe long size(int dim) => Axis(TensorHandle.Describe(Handle).Sizes, dim);

        public unsafe long stride(int dim) => Axis(TensorHandle.Describe(Handle).Strides, dim);

        public unsafe long[] size()
        {
            var description = TensorHandle.Describe(Handle);
            var sizes = new ReadOnlySpan<long>(description.Sizes, (int)description.Dimensions).ToArray();
            GC.KeepAlive(this);
            return sizes;
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public IntPtr DecoupleFromNativeHandle()
        {
            GC.SuppressFinalize(this);
            OwningDisposeScope?.Remove(this);
            var handle = Handle;
            _handle = 0;
            Interlocked.Decrement(ref s_totalCount);
            return handle;
        }

        public void Dispose()
        {
            OwningDisposeScope?.Remove(this);
            Free();
            GC.SuppressFinalize(this);
        }

        unsafe long Axis(long* lengths, int dim)
        {
            var dimensions = this.dim();
            var axis = dim < 0 ? dim + dimensions : dim;
            var length = axis >= 0 && axis < dimensions
                ? lengths[axis]
                : throw new ArgumentOutOfRangeException(nameof(dim), dim, $"The tensor has {dimensions} dimensions.");
            GC.KeepAlive(this);
            return length;
        }

        void Free()
        {
            if (Interlocked.Exchange(ref _handle, 0) is not 0 and var handle)
            {
                Interlocked.Decrement(ref s_totalCount);
                TensorHandle.Free(handle);
            }
        }
    }
}
