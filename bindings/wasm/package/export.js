export default createInkling;
